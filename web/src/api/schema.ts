// Made by `npm run types` from a node's /openapi.json.

export interface paths {
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process answers */
        get: operations["get_healthz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What operators watch, in Prometheus' text */
        get: operations["get_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: operations["get_openapi_json"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the node takes transactions */
        get: operations["get_readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts/{account}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What an account has */
        get: operations["get_accounts_account"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts/{account}/positions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What an account has in pools, markets and the fund, what it waits for, and who may act for it */
        get: operations["get_accounts_account_positions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/assets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every asset and its supply */
        get: operations["get_assets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auctions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Running auctions by number */
        get: operations["get_auctions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auctions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A running auction */
        get: operations["get_auctions_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/blocks/{height}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A recent block and all that came of it */
        get: operations["get_blocks_height"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/feeds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every feed and what it says */
        get: operations["get_feeds"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/history/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Events of the past, by name, vault, auction, account and type */
        get: operations["get_history_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/history/liquidations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Liquidations: why, where everything went, who bore what was lost */
        get: operations["get_history_liquidations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/history/prices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a feed has said, in spans of time */
        get: operations["get_history_prices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/history/transactions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Transactions of the past and what came of them */
        get: operations["get_history_transactions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/history/vaults/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A vault after each block that touched it */
        get: operations["get_history_vaults_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/markets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every market and its pool */
        get: operations["get_markets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/observations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Brings an observation with what shows that its source has made it; it waits for a round */
        post: operations["post_observations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pools": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The stability pools and tiers of standing bids, as a lot is offered to them */
        get: operations["get_pools"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/proofs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A record of the state, or that there is none, and its proof */
        get: operations["get_proofs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where the chain stands */
        get: operations["get_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** WebSocket: a message for each block from a height on; each has this shape */
        get: operations["get_stream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tickets/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An order that waits for a round */
        get: operations["get_tickets_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/transactions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Brings a signed transaction; answers when it is durable */
        post: operations["post_transactions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/transactions/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Brings many signed transactions, in JSON or as the canonical bytes of their list (application/octet-stream); answers when all are durable or refused, in their order */
        post: operations["post_transactions_batch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/transactions/dry-run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What would come of a transaction in the next block; nothing is signed and nothing changes */
        post: operations["post_transactions_dry_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/transactions/typed-data": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The EIP-712 document that a wallet shows and signs */
        post: operations["post_transactions_typed_data"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/transactions/{hash}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What became of a transaction */
        get: operations["get_transactions_hash"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every collateral type and its books */
        get: operations["get_types"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vaults": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Vaults by number, or the riskiest of a type first */
        get: operations["get_vaults"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vaults/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A vault */
        get: operations["get_vaults_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vaults/{id}/what-if": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a vault would be at a price, or after a change: health, liquidation price, fees */
        get: operations["get_vaults_id_what_if"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AccountId: string;
        /** @description An account. */
        AccountInfo: {
            /** @description Whose. */
            account: components["schemas"]["AccountId"];
            /** @description What it has. */
            balances: components["schemas"]["BalanceInfo"][];
            /** @description Shares of the insurance fund. */
            fund_shares: components["schemas"]["Amount"];
            /** @description Of which state. */
            height: components["schemas"]["Height"];
            /**
             * @description The nonce right behind the most that it has used in a row and the chain remembers; 0 if it remembers none. Who
             *     counts up from there shares that span (docs/fees.md); what waits for its block is not in it yet.
             */
            nonce_next: string;
        };
        Amount: string;
        /** @description Why a request was not answered. */
        ApiError: {
            /** @description A name that programs can tell apart. */
            code: string;
            /** @description What is wrong, and what would work. */
            message: string;
            /** @description What the engine said, where it is the engine that refuses. */
            rejected?: components["schemas"]["Rejected"] | null;
        };
        /** @description Why an operation has no result. The operands are unchanged. */
        Arithmetic: "Overflow" | "DivisionByZero" | "Underflow";
        /**
         * Format: uint32
         * @description An asset that the ledger counts: a collateral, the coin, a share.
         */
        AssetId: number;
        /** @description An asset. */
        AssetInfo: {
            /** @description Base units: 10^decimals make one whole unit. */
            decimals: components["schemas"]["Decimals"];
            /** @description The feed of its price. */
            feed?: components["schemas"]["FeedId"] | null;
            /** @description Its id. */
            id: components["schemas"]["AssetId"];
            /** @description All there is, in base units. */
            supply: components["schemas"]["Amount"];
            /** @description Ticker. */
            symbol: string;
        };
        /**
         * Format: uint64
         * @description An auction, numbered from 1 in the order of starting.
         */
        AuctionId: number;
        /** @description A lot on sale. */
        AuctionInfo: {
            /** @description Of which type. */
            collateral_type: components["schemas"]["TypeId"];
            /** @description Live time since it was started or reset. */
            elapsed: components["schemas"]["Seconds"];
            /** @description Which. */
            id: components["schemas"]["AuctionId"];
            /** @description Collateral on sale. */
            lot: components["schemas"]["Amount"];
            /** @description Whether it must be reset before anyone can buy. */
            needs_reset: boolean;
            /** @description The price now; none while the feed is silent or the auction must be reset first. */
            price?: components["schemas"]["Price"] | null;
            /** @description Coins still to come in. */
            to_raise: components["schemas"]["Amount"];
            /** @description From which vault. */
            vault: components["schemas"]["VaultId"];
        };
        /** @description Some lots on sale. */
        AuctionPage: {
            /** @description The lots. */
            auctions: components["schemas"]["AuctionInfo"][];
            /** @description Of which state. */
            height: components["schemas"]["Height"];
            /** @description Where the next page begins; none after the last. */
            next?: string | null;
        };
        /** @description A type's auctions (docs/auction.md). */
        AuctionSpec: {
            /** @description What is switched off. */
            breaker: components["schemas"]["Breaker"];
            /** @description Most debt of the type on sale at once. */
            ceiling: components["schemas"]["Amount"];
            /** @description How the price falls. */
            curve: components["schemas"]["Curve"];
            /** @description Live time after which an auction must be reset. */
            duration: components["schemas"]["Seconds"];
            /** @description Keeper pay per start or reset, flat, in the coin. */
            keeper_flat: components["schemas"]["Amount"];
            /** @description Keeper pay per start or reset, as a share of what is to be raised. */
            keeper_share: components["schemas"]["Ratio"];
            /** @description Share of the start price under which an auction must be reset. */
            reset_ratio: components["schemas"]["Ratio"];
            /** @description Start price ÷ oracle price. */
            start_factor: components["schemas"]["Ratio"];
        };
        /** @description Someone bought from an auction. */
        AuctionTaken: {
            /** @description Which. */
            auction: components["schemas"]["AuctionId"];
            /** @description Who. */
            by: components["schemas"]["AccountId"];
            /** @description Collateral bought. */
            collateral: components["schemas"]["Amount"];
            /** @description Of which type. */
            collateral_type: components["schemas"]["TypeId"];
            /** @description Coins burned against the debt. */
            debt: components["schemas"]["Amount"];
            /** @description The oracle's price at that moment, if it had one. */
            oracle_price?: components["schemas"]["Price"] | null;
            /** @description Coins paid as penalty to the surplus buffer. */
            penalty: components["schemas"]["Amount"];
            /** @description Price for one whole unit. */
            price: components["schemas"]["Price"];
            /** @description Coins burned against a loss that was booked on it. */
            recovered: components["schemas"]["Amount"];
        };
        /** @description What somebody has of an asset. */
        BalanceInfo: {
            /** @description How many base units. */
            amount: components["schemas"]["Amount"];
            /** @description Of what. */
            asset: components["schemas"]["AssetId"];
            /** @description Its ticker. */
            symbol: string;
        };
        /** @description A type's standing bids (docs/bids.md): coins that stand ready to buy at a discount of their own choice. */
        BidSpec: {
            /** @description Host time between asking to place or cancel a bid and doing so (rule R1). */
            cooldown: components["schemas"]["Seconds"];
            /** @description The discount of each tier, rising, each at most the stability pool's (rule R10). */
            discounts: components["schemas"]["Ratio"][];
            /** @description Least coins of a bid, and of a cancel that is not of the whole bid (rule R1). */
            ticket_min: components["schemas"]["Amount"];
        };
        /** @description A durable block. */
        BlockInfo: {
            /** @description What the engine did by itself. */
            events: components["schemas"]["Event"][];
            /** @description The transactions' hashes. */
            hashes: components["schemas"]["TransactionHash"][];
            /** @description Which. */
            height: components["schemas"]["Height"];
            /** @description What sources said. */
            observations: components["schemas"]["Observation"][];
            /** @description What came of them. */
            receipts: components["schemas"]["Receipt"][];
            /** @description The state root after it. */
            root: components["schemas"]["Hash"];
            /** @description Its time. */
            time: components["schemas"]["Timestamp"];
            /** @description What users said. */
            transactions: components["schemas"]["Transaction"][];
            /**
             * Format: uint64
             * @description Work units spent.
             */
            work: number;
        };
        /** @description Whether Ballast's own parameter bounds apply. */
        Bounds: "Enforced" | "Waived";
        /** @description Levels of stopping a type's auctions; each includes those before it. */
        Breaker: "Open" | "NoStart" | "NoReset" | "NoTake";
        /** @description What became of one transaction of many. */
        Brought: {
            Included: components["schemas"]["TransactionInfo"];
        } | {
            Refused: components["schemas"]["ApiError"];
        };
        /** @description On which terms a pool buys, in the order in which they are asked. */
        Buyer: {
            /** Format: uint8 */
            Bids: number;
        } | "StabilityPool";
        /** @description A changed record, in canonical bytes. */
        ChangeInfo: {
            /** @description What stands there; none if it is gone. */
            after?: string | null;
            /** @description What stood there; none if nothing did. */
            before?: string | null;
            /** @description Its key. */
            key: string;
            /**
             * Format: uint16
             * @description Its table.
             */
            table: number;
        };
        /** @description Why a type takes no new debt. */
        ClosingCause: "FeedSilent" | "InterestOverflow";
        /** @description One thing to do. */
        Command: {
            OpenVault: {
                /** @description Of which type. */
                collateral_type: components["schemas"]["TypeId"];
            };
        } | {
            Deposit: {
                /** @description Base units of the collateral. */
                amount: components["schemas"]["Amount"];
                /** @description Which vault. */
                vault: components["schemas"]["VaultRef"];
            };
        } | {
            Withdraw: {
                /** @description Base units of the collateral. */
                amount: components["schemas"]["Amount"];
                /** @description Which vault. */
                vault: components["schemas"]["VaultRef"];
            };
        } | {
            DrawDebt: {
                /** @description Coins that the sender receives. */
                amount: components["schemas"]["Amount"];
                /** @description Which vault. */
                vault: components["schemas"]["VaultRef"];
            };
        } | {
            RepayDebt: {
                /** @description How much. */
                amount: components["schemas"]["Repayment"];
                /** @description Which vault. */
                vault: components["schemas"]["VaultRef"];
            };
        } | {
            CloseVault: {
                /** @description Which vault. */
                vault: components["schemas"]["VaultRef"];
            };
        } | {
            SplitVault: {
                /** @description Collateral that moves. */
                collateral: components["schemas"]["Amount"];
                /** @description Debt that moves, in the coin. */
                debt: components["schemas"]["Amount"];
                /** @description Which vault. */
                vault: components["schemas"]["VaultRef"];
            };
        } | {
            MergeVaults: {
                /** @description The vault that ends. */
                from: components["schemas"]["VaultRef"];
                /** @description The vault that stays. */
                into: components["schemas"]["VaultRef"];
            };
        } | {
            TransferVault: {
                /** @description To whom. */
                to: components["schemas"]["AccountId"];
                /** @description Which vault. */
                vault: components["schemas"]["VaultRef"];
            };
        } | {
            SetDelegate: {
                /** @description Who. */
                delegate: components["schemas"]["AccountId"];
                /** @description Whether he may from now on. */
                permission: components["schemas"]["Permission"];
            };
        } | {
            SetStandingOrder: {
                /** @description What the engine does when a round breaks the vault. */
                order?: components["schemas"]["StandingOrder"] | null;
                /** @description Which vault. */
                vault: components["schemas"]["VaultRef"];
            };
        } | {
            Send: {
                /** @description How much. */
                amount: components["schemas"]["Amount"];
                /** @description Of what. */
                asset: components["schemas"]["AssetId"];
                /** @description To whom. */
                to: components["schemas"]["AccountId"];
            };
        } | {
            Liquidate: {
                /** @description Which vault. */
                vault: components["schemas"]["VaultId"];
            };
        } | {
            TakeAuction: {
                /** @description Most collateral to buy. */
                amount: components["schemas"]["Amount"];
                /** @description Which auction. */
                auction: components["schemas"]["AuctionId"];
                /** @description Highest price to pay. */
                price_max: components["schemas"]["Price"];
            };
        } | {
            ResetAuction: {
                /** @description Which auction. */
                auction: components["schemas"]["AuctionId"];
            };
        } | {
            Queue: {
                /** @description Returned if not executed by then. */
                expiry: components["schemas"]["Timestamp"];
                /** @description What to do then; what it brings along is escrowed at once. */
                order: components["schemas"]["Order"];
            };
        } | {
            ClaimPoolGain: {
                /** @description Which pool. */
                pool: components["schemas"]["PoolId"];
            };
        } | {
            CancelTicket: {
                /** @description Which. */
                ticket: components["schemas"]["TicketId"];
            };
        } | {
            AddFirstLoss: {
                /** @description How much. */
                amount: components["schemas"]["Amount"];
                /** @description Of which type. */
                collateral_type: components["schemas"]["TypeId"];
            };
        } | {
            SetParameter: components["schemas"]["ParameterChange"];
        } | {
            GrantSession: {
                /** @description Last block time at which it may sign. */
                expiry: components["schemas"]["Timestamp"];
                /** @description Which key. */
                key: components["schemas"]["SessionKey"];
                /** @description How much may leave meanwhile, at most [`LIMITS_MAX`](crate::LIMITS_MAX) assets; of others nothing. */
                limits: components["schemas"]["SpendingLimit"][];
                /** @description What it may do. */
                scope: components["schemas"]["Scope"];
            };
        } | {
            RevokeSession: {
                /** @description Which key. */
                key: components["schemas"]["SessionKey"];
            };
        };
        /**
         * @description What a command does, by its name; a queued order by the order's own. Numbers only ever grow: they are bits of
         *     signed scopes.
         */
        CommandKind: "OpenVault" | "Deposit" | "Withdraw" | "DrawDebt" | "RepayDebt" | "CloseVault" | "SplitVault" | "MergeVaults" | "TransferVault" | "SetDelegate" | "SetStandingOrder" | "Send" | "Liquidate" | "TakeAuction" | "ResetAuction" | "EnterPool" | "ExitPool" | "Sell" | "Buy" | "AddLiquidity" | "RemoveLiquidity" | "EnterFund" | "ExitFund" | "ClaimPoolGain" | "CancelTicket" | "AddFirstLoss" | "SetParameter" | "GrantSession" | "RevokeSession";
        /** @description How an auction's price falls with live time (docs/auction.md, eq. 1-3). */
        Curve: {
            Linear: {
                /** @description When the price is zero. */
                duration: components["schemas"]["Seconds"];
            };
        } | {
            Stair: {
                /** @description Factor of each step, in 1e27, under 1. */
                cut: components["schemas"]["Rate"];
                /** @description Seconds of a step. */
                step: components["schemas"]["Seconds"];
            };
        } | {
            Exponential: {
                /** @description Factor of each second, in 1e27, under 1. */
                cut: components["schemas"]["Rate"];
            };
        };
        /** @description Debt was drawn. */
        DebtDrawn: {
            /** @description Coins received. */
            amount: components["schemas"]["Amount"];
            /** @description Of which type. */
            collateral_type: components["schemas"]["TypeId"];
            /** @description Liquidation deposit, minted aside and owed by the vault. */
            deposit: components["schemas"]["Amount"];
            /** @description One-off fee, minted to the surplus buffer and owed by the vault. */
            fee: components["schemas"]["Amount"];
            /** @description Normalized debt added. */
            normalized: components["schemas"]["NormalizedDebt"];
            /** @description Who received `amount`. */
            to: components["schemas"]["AccountId"];
            /** @description From which vault. */
            vault: components["schemas"]["VaultId"];
        };
        /**
         * Format: uint8
         * @description How many decimals a whole unit of an asset has, 0 to 18: 10 to that power are its base units.
         */
        Decimals: number;
        /** @description Where seized collateral went so far. */
        Disposal: {
            /** @description To standing bids, for coins. */
            bids: components["schemas"]["Went"];
            /** @description To buyers in the auction, for coins. */
            buyers: components["schemas"]["Went"];
            /** @description To who called, for nothing. */
            caller: components["schemas"]["Amount"];
            /** @description To a market, for coins. */
            market: components["schemas"]["Went"];
            /** @description Back to the owner: collateral, and coins that a market paid beyond what was to be raised. */
            owner: components["schemas"]["Went"];
            /** @description To the stability pool, for coins. */
            pool: components["schemas"]["Went"];
            /** @description To the type's other vaults, with so much debt. */
            shared: components["schemas"]["Went"];
        };
        /**
         * @description Surplus buffer and insurance fund paid, at the block's end, what the block's losses of a type asked of them: so much
         *     less is bad debt (rule R12). Together at most the line in force.
         */
        DrawSettled: {
            /** @description Bad debt of this block, in coins. */
            asked: components["schemas"]["Amount"];
            /** @description Of which type. */
            collateral_type: components["schemas"]["TypeId"];
            /** @description Coins of the insurance fund that were burned. */
            fund: components["schemas"]["Amount"];
            /** @description Coins of the surplus buffer that were burned. */
            surplus: components["schemas"]["Amount"];
        };
        /** @description What would come of a transaction in the next block. */
        DryRun: {
            /** @description On top of which state. */
            height: components["schemas"]["Height"];
            /** @description What would come of it. */
            receipt: components["schemas"]["Receipt"];
        };
        /** @description Where a walk along a path ends. */
        End: "Here" | "Empty" | {
            Other: {
                /** @description Path of that entry. */
                path: components["schemas"]["Path"];
                /** @description Hash of its value. */
                value: components["schemas"]["Hash"];
            };
        };
        /** @description One fact. Amounts are base units of the asset that the name implies: collateral or coin. */
        Event: {
            RoundClosed: {
                /**
                 * Format: uint8
                 * @description How many observations counted.
                 */
                accepted: number;
                /** @description Which feed. */
                feed: components["schemas"]["FeedId"];
                /** @description Median of the accepted observations. */
                median: components["schemas"]["Price"];
                /**
                 * Format: uint8
                 * @description How many were outliers.
                 */
                rejected: number;
                /** @description Its number. */
                round: components["schemas"]["RoundNumber"];
            };
        } | {
            FeedStateChanged: {
                /** @description Which feed. */
                feed: components["schemas"]["FeedId"];
                /** @description From now on. */
                state: components["schemas"]["FeedState"];
            };
        } | {
            GapBegan: {
                /** @description Which feed. */
                feed: components["schemas"]["FeedId"];
                /** @description When it was last heard. */
                last: components["schemas"]["Timestamp"];
            };
        } | {
            TypeClosedToNewDebt: {
                /** @description Why. */
                cause: components["schemas"]["ClosingCause"];
                /** @description Which type. */
                collateral_type: components["schemas"]["TypeId"];
            };
        } | {
            InterestAccrued: {
                /** @description Which type. */
                collateral_type: components["schemas"]["TypeId"];
                /** @description The debt index from now on. */
                index: components["schemas"]["Index"];
                /** @description Coins minted. */
                minted: components["schemas"]["Amount"];
            };
        } | {
            VaultOpened: {
                /** @description Of which type. */
                collateral_type: components["schemas"]["TypeId"];
                /** @description Whose. */
                owner: components["schemas"]["AccountId"];
                /** @description Which. */
                vault: components["schemas"]["VaultId"];
            };
        } | {
            CollateralDeposited: {
                /** @description How much. */
                amount: components["schemas"]["Amount"];
                /** @description Who paid. */
                by: components["schemas"]["AccountId"];
                /** @description Of which type. */
                collateral_type: components["schemas"]["TypeId"];
                /** @description In which vault. */
                vault: components["schemas"]["VaultId"];
            };
        } | {
            CollateralWithdrawn: {
                /** @description How much. */
                amount: components["schemas"]["Amount"];
                /** @description Of which type. */
                collateral_type: components["schemas"]["TypeId"];
                /** @description Who received. */
                to: components["schemas"]["AccountId"];
                /** @description From which vault. */
                vault: components["schemas"]["VaultId"];
            };
        } | {
            DebtDrawn: components["schemas"]["DebtDrawn"];
        } | {
            DebtRepaid: {
                /** @description Coins burned. */
                amount: components["schemas"]["Amount"];
                /** @description Who paid. */
                by: components["schemas"]["AccountId"];
                /** @description Normalized debt removed. */
                normalized: components["schemas"]["NormalizedDebt"];
                /** @description Of which vault. */
                vault: components["schemas"]["VaultId"];
            };
        } | {
            VaultClosed: components["schemas"]["VaultClosed"];
        } | {
            VaultSplit: components["schemas"]["VaultSplit"];
        } | {
            VaultsMerged: {
                /** @description The one that ended. */
                from: components["schemas"]["VaultId"];
                /** @description The one that stays. */
                into: components["schemas"]["VaultId"];
            };
        } | {
            VaultTransferred: {
                /** @description From whom. */
                from: components["schemas"]["AccountId"];
                /** @description To whom. */
                to: components["schemas"]["AccountId"];
                /** @description Which. */
                vault: components["schemas"]["VaultId"];
            };
        } | {
            DelegateSet: {
                /** @description Whom. */
                delegate: components["schemas"]["AccountId"];
                /** @description By whom. */
                owner: components["schemas"]["AccountId"];
                /** @description Whether he may act now. */
                permission: components["schemas"]["Permission"];
            };
        } | {
            SessionGranted: {
                /** @description Last block time at which it may sign. */
                expiry: components["schemas"]["Timestamp"];
                /** @description Which key. */
                key: components["schemas"]["SessionKey"];
                /** @description How much may leave meanwhile; what an earlier session of this key has spent no longer counts. */
                limits: components["schemas"]["SpendingLimit"][];
                /** @description By whom. */
                owner: components["schemas"]["AccountId"];
                /** @description What it may do. */
                scope: components["schemas"]["Scope"];
            };
        } | {
            SessionRevoked: {
                /** @description Which key. */
                key: components["schemas"]["SessionKey"];
                /** @description Whose session it was. */
                owner: components["schemas"]["AccountId"];
            };
        } | {
            StandingOrderSet: {
                /** @description The order now. */
                order?: components["schemas"]["StandingOrder"] | null;
                /** @description Of which vault. */
                vault: components["schemas"]["VaultId"];
            };
        } | {
            StandingOrderExecuted: {
                /** @description At which price. */
                price: components["schemas"]["Price"];
                /** @description Coins repaid, or collateral added. */
                protection: components["schemas"]["Protection"];
                /** @description Of which vault. */
                vault: components["schemas"]["VaultId"];
            };
        } | {
            VaultWarned: {
                /** @description Whose. */
                owner: components["schemas"]["AccountId"];
                /** @description At which price. */
                price: components["schemas"]["Price"];
                /** @description Which. */
                vault: components["schemas"]["VaultId"];
            };
        } | {
            Sent: {
                /** @description How much. */
                amount: components["schemas"]["Amount"];
                /** @description Of what. */
                asset: components["schemas"]["AssetId"];
                /** @description From whom. */
                from: components["schemas"]["AccountId"];
                /** @description To whom. */
                to: components["schemas"]["AccountId"];
            };
        } | {
            VaultSeized: components["schemas"]["Seized"];
        } | {
            PoolBought: components["schemas"]["PoolBought"];
        } | {
            CollateralReturned: {
                /** @description How much. */
                amount: components["schemas"]["Amount"];
                /** @description Of which type. */
                collateral_type: components["schemas"]["TypeId"];
                /** @description From where: the type's vaults, or its auctions. */
                from: components["schemas"]["Module"];
                /** @description Whose. */
                owner: components["schemas"]["AccountId"];
            };
        } | {
            AuctionStarted: {
                /** @description Which. */
                auction: components["schemas"]["AuctionId"];
                /** @description Of which type. */
                collateral_type: components["schemas"]["TypeId"];
                /** @description Debt that it carries. */
                debt: components["schemas"]["Amount"];
                /** @description Collateral on sale. */
                lot: components["schemas"]["Amount"];
                /** @description Price at the start. */
                start_price: components["schemas"]["Price"];
                /** @description What it is to raise: debt, what of it is already booked as a loss, and penalty. */
                to_raise: components["schemas"]["Amount"];
                /** @description For which vault. */
                vault: components["schemas"]["VaultId"];
            };
        } | {
            AuctionReset: {
                /** @description Which. */
                auction: components["schemas"]["AuctionId"];
                /** @description Price at the new start. */
                start_price: components["schemas"]["Price"];
            };
        } | {
            AuctionsRestarted: {
                /**
                 * Format: uint64
                 * @description How many.
                 */
                auctions: number;
                /** @description Of which type. */
                collateral_type: components["schemas"]["TypeId"];
                /** @description Price at the new start. */
                start_price: components["schemas"]["Price"];
            };
        } | {
            AuctionTaken: components["schemas"]["AuctionTaken"];
        } | {
            AuctionEnded: {
                /** @description Which. */
                auction: components["schemas"]["AuctionId"];
                /** @description Debt that nobody paid: a loss. */
                shortfall: components["schemas"]["Amount"];
            };
        } | {
            KeeperPaid: {
                /** @description Coins minted to him and owed by the lot. */
                amount: components["schemas"]["Amount"];
                /** @description For which auction. */
                auction: components["schemas"]["AuctionId"];
                /** @description Who. */
                keeper: components["schemas"]["AccountId"];
            };
        } | {
            LossAbsorbed: {
                /** @description Coins. */
                amount: components["schemas"]["Amount"];
                /** @description Where the loss came from. */
                cause: components["schemas"]["LossCause"];
                /** @description Of which type. */
                collateral_type: components["schemas"]["TypeId"];
                /** @description Which step. */
                step: components["schemas"]["WaterfallStep"];
            };
        } | {
            DrawSettled: components["schemas"]["DrawSettled"];
        } | {
            BadDebtRepaid: {
                /** @description Coins burned. */
                amount: components["schemas"]["Amount"];
                /** @description Of which type. */
                collateral_type: components["schemas"]["TypeId"];
            };
        } | {
            LossRecovered: components["schemas"]["LossRecovered"];
        } | {
            TicketQueued: {
                /** @description What it brings along, from the owner into escrow. */
                escrow: [
                    components["schemas"]["AssetId"],
                    components["schemas"]["Amount"]
                ][];
                /** @description Block time after which it is returned. */
                expiry: components["schemas"]["Timestamp"];
                /** @description What it asks for. */
                order: components["schemas"]["Order"];
                /** @description Whose. */
                owner: components["schemas"]["AccountId"];
                /** @description Host time from which it may execute. */
                ready: components["schemas"]["Seconds"];
                /** @description Its number. */
                ticket: components["schemas"]["TicketId"];
            };
        } | {
            CancelQueued: {
                /** @description Which. */
                ticket: components["schemas"]["TicketId"];
            };
        } | {
            TicketClosed: {
                /** @description How. */
                outcome: components["schemas"]["TicketOutcome"];
                /** @description Whose. */
                owner: components["schemas"]["AccountId"];
                /** @description What went back to the owner out of escrow. */
                returned: [
                    components["schemas"]["AssetId"],
                    components["schemas"]["Amount"]
                ][];
                /** @description Its number. */
                ticket: components["schemas"]["TicketId"];
            };
        } | {
            CancelLapsed: {
                /** @description Which. */
                ticket: components["schemas"]["TicketId"];
            };
        } | {
            PoolEntered: {
                /** @description How many. */
                amount: components["schemas"]["Amount"];
                /** @description Whose. */
                owner: components["schemas"]["AccountId"];
                /** @description Which. */
                pool: components["schemas"]["PoolId"];
            };
        } | {
            PoolExited: {
                /** @description How many. */
                amount: components["schemas"]["Amount"];
                /** @description Whose. */
                owner: components["schemas"]["AccountId"];
                /** @description Which. */
                pool: components["schemas"]["PoolId"];
            };
        } | {
            PoolGainPaid: {
                /** @description How much. */
                amount: components["schemas"]["Amount"];
                /** @description Whose. */
                owner: components["schemas"]["AccountId"];
                /** @description Which. */
                pool: components["schemas"]["PoolId"];
            };
        } | {
            LiquidityAdded: {
                /** @description Collateral. */
                base: components["schemas"]["Amount"];
                /** @description Coins. */
                coins: components["schemas"]["Amount"];
                /** @description To which. */
                market: components["schemas"]["MarketId"];
                /** @description Whose. */
                owner: components["schemas"]["AccountId"];
                /** @description Shares made for the owner. */
                shares: components["schemas"]["Amount"];
            };
        } | {
            LiquidityRemoved: {
                /** @description Collateral. */
                base: components["schemas"]["Amount"];
                /** @description Coins. */
                coins: components["schemas"]["Amount"];
                /** @description Which. */
                market: components["schemas"]["MarketId"];
                /** @description Whose. */
                owner: components["schemas"]["AccountId"];
                /** @description Shares ended. */
                shares: components["schemas"]["Amount"];
            };
        } | {
            MarketCleared: {
                /** @description Collateral in the pool afterwards. */
                base: components["schemas"]["Amount"];
                /** @description Coins in the pool afterwards. */
                coins: components["schemas"]["Amount"];
                /** @description Which market. */
                market: components["schemas"]["MarketId"];
                /** @description Before fees, for a whole unit, rounded down. */
                price: components["schemas"]["Price"];
            };
        } | {
            SoldInMarket: {
                /** @description Collateral, out of escrow into the pool. */
                base: components["schemas"]["Amount"];
                /** @description Coins, out of the pool. */
                coins: components["schemas"]["Amount"];
                /** @description Which market. */
                market: components["schemas"]["MarketId"];
                /** @description Whose. */
                owner: components["schemas"]["AccountId"];
            };
        } | {
            BoughtInMarket: {
                /** @description Collateral, out of the pool. */
                base: components["schemas"]["Amount"];
                /** @description Coins, out of escrow into the pool. */
                coins: components["schemas"]["Amount"];
                /** @description Which market. */
                market: components["schemas"]["MarketId"];
                /** @description Whose. */
                owner: components["schemas"]["AccountId"];
            };
        } | {
            LotSoldInMarket: components["schemas"]["LotSoldInMarket"];
        } | {
            FundEntered: {
                /** @description How many. */
                amount: components["schemas"]["Amount"];
                /** @description Whose. */
                owner: components["schemas"]["AccountId"];
                /** @description Shares that they became. */
                shares: components["schemas"]["Amount"];
            };
        } | {
            FundExited: {
                /** @description Coins paid: their value when the exit was asked for or now, whichever is less (rule R20). */
                amount: components["schemas"]["Amount"];
                /** @description Whose. */
                owner: components["schemas"]["AccountId"];
                /** @description Shares given back. */
                shares: components["schemas"]["Amount"];
            };
        } | {
            FundIncomePaid: {
                /** @description Coins, from the surplus buffer to the insurance fund. */
                amount: components["schemas"]["Amount"];
            };
        } | {
            FundWiped: {
                /** @description How many shares. */
                shares: components["schemas"]["Amount"];
            };
        } | {
            FundReturned: {
                /** @description Coins. */
                amount: components["schemas"]["Amount"];
            };
        } | {
            FirstLossAdded: {
                /** @description Coins. */
                amount: components["schemas"]["Amount"];
                /** @description By whom. */
                by: components["schemas"]["AccountId"];
                /** @description Of which type. */
                collateral_type: components["schemas"]["TypeId"];
            };
        } | {
            ParameterChanged: components["schemas"]["ParameterChange"];
        } | {
            WorkCarriedOver: {
                /** @description Of which type. */
                collateral_type: components["schemas"]["TypeId"];
                /**
                 * Format: uint64
                 * @description How many.
                 */
                vaults: number;
            };
        } | {
            ShortfallOwed: {
                /** @description Coins. */
                amount: components["schemas"]["Amount"];
                /** @description Normalized debt added. */
                normalized: components["schemas"]["NormalizedDebt"];
                /** @description Which vault. */
                vault: components["schemas"]["VaultId"];
            };
        } | {
            ResidueBooked: {
                /** @description How much. */
                amount: components["schemas"]["Amount"];
                /** @description Of what. */
                asset: components["schemas"]["AssetId"];
                /** @description From where. */
                from: components["schemas"]["Module"];
            };
        } | {
            LotShared: components["schemas"]["LotShared"];
        };
        /** @description Some events. */
        EventPage: {
            /** @description The history tells of blocks above this one. */
            begins: components["schemas"]["Height"];
            /** @description The events. */
            events: components["schemas"]["PastEvent"][];
            /** @description The last block that it tells of. */
            height: components["schemas"]["Height"];
            /** @description Where the next page begins; none after the last. */
            next?: string | null;
        };
        /** @description What shows that a source has made an observation, by the kind of its key. */
        Evidence: {
            Wallet: components["schemas"]["Signature"];
        } | {
            RedStone: components["schemas"]["Package"];
        } | {
            Pyth: components["schemas"]["Package"];
        };
        /** @description The explanation of a fee (rule R6). */
        Fee: {
            /** @description Base units of that asset. */
            amount: components["schemas"]["Amount"];
            /** @description In which asset it was paid. */
            asset: components["schemas"]["AssetId"];
            /** @description The same in base units of the coin: work × work price. */
            in_coin: components["schemas"]["Amount"];
            /** @description Who paid it, to the surplus buffer. */
            payer: components["schemas"]["AccountId"];
            /** @description Price of the asset by which one became the other; none where it is the coin, or nothing was due. */
            price?: components["schemas"]["Price"] | null;
            /** @description Price of one work unit, in base units of the coin. */
            work_price: components["schemas"]["Amount"];
        };
        /** @description From which balances the fee is taken (rule R6). */
        FeeOffer: {
            /** @description Taken from this balance after success; the batch may draw it first. */
            asset: components["schemas"]["AssetId"];
            /** @description Most to pay, in base units of the coin. */
            limit: components["schemas"]["Amount"];
            /** @description Taken from this balance, held before the batch, if the batch fails. */
            on_failure: components["schemas"]["AssetId"];
        };
        /**
         * Format: uint32
         * @description A price feed: USD for one whole unit of something.
         */
        FeedId: number;
        /** @description What a feed says. */
        FeedInfo: {
            /** @description When the last one closed. */
            closed: components["schemas"]["Timestamp"];
            /** @description Age at which a word is no longer fresh. */
            heartbeat: components["schemas"]["Seconds"];
            /** @description Which. */
            id: components["schemas"]["FeedId"];
            /** @description What vaults are judged by. */
            judging: components["schemas"]["Price"];
            /** @description What lots are sold by. */
            low: components["schemas"]["Price"];
            /** @description Time-weighted mean. */
            mean: components["schemas"]["Price"];
            /** @description Pair. */
            name: string;
            /**
             * Format: uint8
             * @description How many newer words close a round.
             */
            quorum: number;
            /** @description Rounds closed so far. */
            round: components["schemas"]["RoundNumber"];
            /** @description Who speaks. */
            sources: components["schemas"]["SourceInfo"][];
            /** @description Median of the last round. */
            spot: components["schemas"]["Price"];
            /** @description Its state. */
            state: components["schemas"]["FeedState"];
        };
        /** @description A feed's state (docs/oracle.md). */
        FeedState: "Live" | "Stale" | "Disputed" | "Halted";
        /**
         * @description The most that may flow one way, net of what flows back, in a window of host time: max(`floor`, `share` × stock).
         *
         *     It is a bucket that what flows fills and that empties by its limit a window: no more than the limit at once, and no
         *     more than twice the limit in any window.
         */
        FlowLimit: {
            /** @description What may flow however little there is, in base units; [`Amount::MAX`] limits nothing. */
            floor: components["schemas"]["Amount"];
            /** @description Share of the stock at the block's start that may flow. */
            share: components["schemas"]["Ratio"];
            /** @description Host time in which a full bucket empties. */
            window: components["schemas"]["Seconds"];
        };
        /** @description How fast and how far a type may take new debt (rules R10, R18). */
        GrowthSpec: {
            /** @description Most net new debt in an hour of host time, in the coin; [`Amount::MAX`] limits nothing. */
            debt_gap: components["schemas"]["Amount"];
            /**
             * @description Most debt for each coin that a pool of the type's market of the smallest locked depth of 24 h would hold at the low
             *     price; zero binds the ceiling to no market (rule R10).
             */
            depth_multiple: components["schemas"]["Ratio"];
            /** @description Host time from the type's listing in which its ceiling rises in a line from nothing; zero gives all at once. */
            ramp: components["schemas"]["Seconds"];
            /** @description The feed of the collateral's supply, if its authenticity is watched. */
            supply?: components["schemas"]["SupplyWatch"] | null;
        };
        Hash: string;
        /** @description How a vault stands. */
        Health: "NoDebt" | "Healthy" | "Warned" | "Liquidatable" | "Unknown";
        /**
         * Format: uint64
         * @description How many blocks stand before this one; genesis is height 0.
         */
        Height: number;
        Index: string;
        /** @description How much a keeper is paid for starting or resetting an auction. */
        KeeperPay: "WithinPenalty" | "InFull";
        /**
         * @description Whose turn it is: entries execute before the liquidations of their round, exits after, so that both share what the
         *     round decides.
         */
        Lane: "Entry" | "Exit" | "Trade";
        /** @description A seizure, from its cause to its end. */
        LiquidationInfo: {
            /** @description The auction of what neither bids nor pool bought. */
            auction?: components["schemas"]["AuctionId"] | null;
            /** @description Who called, if it was not the engine. */
            caller?: components["schemas"]["AccountId"] | null;
            /** @description Collateral taken off it. */
            collateral: components["schemas"]["Amount"];
            /** @description Of which type. */
            collateral_type: components["schemas"]["TypeId"];
            /** @description Debt taken off it, in coins. */
            debt: components["schemas"]["Amount"];
            /** @description The same in words, with the rules. */
            explanation: string;
            /** @description Its block. */
            height: components["schemas"]["Height"];
            /** @description Whether nothing of it is on sale any more. */
            is_over: boolean;
            /** @description The liquidation ratio in force. */
            liquidation_ratio: components["schemas"]["Ratio"];
            /** @description Who bore what was lost. */
            losses: components["schemas"]["LossBorne"];
            /** @description What the auction did not raise and the vault owes again, in coins. */
            owed_again: components["schemas"]["Amount"];
            /** @description Whose. */
            owner: components["schemas"]["AccountId"];
            /** @description Penalty asked, in coins. */
            penalty: components["schemas"]["Amount"];
            /** @description Price at which the vault was judged. */
            price: components["schemas"]["Price"];
            /** @description Its ratio just before, rounded down; none if it owed nothing. */
            ratio_before?: components["schemas"]["Ratio"] | null;
            /** @description Why this much. */
            rule: components["schemas"]["SeizureRule"];
            /**
             * Format: uint32
             * @description The place of its event among the block's.
             */
            seq: number;
            /** @description The block's time. */
            time: components["schemas"]["Timestamp"];
            /** @description Which vault. */
            vault: components["schemas"]["VaultId"];
            /** @description Where the collateral went so far. */
            went: components["schemas"]["Disposal"];
        };
        /** @description Some liquidations. */
        LiquidationPage: {
            /** @description The history tells of blocks above this one. */
            begins: components["schemas"]["Height"];
            /** @description The last block that it tells of. */
            height: components["schemas"]["Height"];
            /** @description The liquidations. */
            liquidations: components["schemas"]["LiquidationInfo"][];
            /** @description Where the next page begins; none after the last. */
            next?: string | null;
        };
        /** @description Who bore what was lost, in coins. */
        LossBorne: {
            /** @description By the type's first-loss capital. */
            first_loss: components["schemas"]["Amount"];
            /** @description By the insurance fund. */
            fund: components["schemas"]["Amount"];
            /** @description By the coin's holders, as bad debt. */
            holders: components["schemas"]["Amount"];
            /** @description All that was lost. */
            lost: components["schemas"]["Amount"];
            /** @description What later proceeds made good, to whoever had borne it. */
            recovered: components["schemas"]["Amount"];
            /** @description By the surplus buffer. */
            surplus: components["schemas"]["Amount"];
        };
        /** @description Where a loss came from. */
        LossCause: {
            Seizure: components["schemas"]["VaultId"];
        } | {
            PoolSale: components["schemas"]["VaultId"];
        } | {
            Auction: components["schemas"]["AuctionId"];
        };
        /**
         * @description What a loss had cost was made good by later proceeds, which the sale's own event burned: bad debt first, and what
         *     others had borne was minted back to them.
         */
        LossRecovered: {
            /** @description Bad debt made good. */
            bad_debt: components["schemas"]["Amount"];
            /** @description Of which type. */
            collateral_type: components["schemas"]["TypeId"];
            /** @description Coins minted to the type's first-loss capital. */
            first_loss: components["schemas"]["Amount"];
            /** @description Coins minted to the insurance fund. */
            fund: components["schemas"]["Amount"];
            /** @description By which sale. */
            sale: components["schemas"]["Sale"];
            /** @description Coins minted to the surplus buffer. */
            surplus: components["schemas"]["Amount"];
        };
        /**
         * @description What was shared out, over how many shares, and what a share is worth since. A vault that held *s* shares before it has
         *     ⌊*s* × `unit` ÷ 2¹²⁷⌋ of collateral after it, and its normalized debt has grown by *s* × the growth of `debt_per_share`
         *     ÷ 2¹²⁷, rounded up (docs/sharing.md). No balance moves: the collateral was and is the vaults'.
         */
        LotShared: {
            /** @description Collateral shared out. */
            collateral: components["schemas"]["Amount"];
            /** @description Of which type. */
            collateral_type: components["schemas"]["TypeId"];
            /** @description Debt shared out, in coins. */
            debt: components["schemas"]["Amount"];
            /** @description Normalized debt of a share from now on, × 2¹²⁷. */
            debt_per_share: components["schemas"]["U256"];
            /** @description The same, normalized: what the type's total has grown by. */
            normalized: components["schemas"]["NormalizedDebt"];
            /** @description Shares of all that took part. */
            shares: string;
            /** @description Collateral of a share from now on, × 2¹²⁷. */
            unit: string;
            /** @description From which vault it was seized. */
            vault: components["schemas"]["VaultId"];
        };
        /** @description A lot on auction was sold, or part of it, in a market's batch. */
        LotSoldInMarket: {
            /** @description Which auction. */
            auction: components["schemas"]["AuctionId"];
            /** @description Collateral sold. */
            collateral: components["schemas"]["Amount"];
            /** @description Of which type. */
            collateral_type: components["schemas"]["TypeId"];
            /** @description Coins burned against the debt. */
            debt: components["schemas"]["Amount"];
            /** @description How much that is, in coins. */
            excess: components["schemas"]["Amount"];
            /** @description In which market. */
            market: components["schemas"]["MarketId"];
            /** @description Who gets what the sale brought beyond what it was to raise. */
            owner: components["schemas"]["AccountId"];
            /** @description Coins paid as penalty to the surplus buffer. */
            penalty: components["schemas"]["Amount"];
            /** @description Coins burned against a loss that was booked on it. */
            recovered: components["schemas"]["Amount"];
        };
        /**
         * Format: uint32
         * @description A market: a pool of a collateral against the coin.
         */
        MarketId: number;
        /** @description A market and its pool. */
        MarketInfo: {
            /** @description Collateral in the pool. */
            base: components["schemas"]["Amount"];
            /** @description Coins in the pool. */
            coins: components["schemas"]["Amount"];
            /** @description Decimals of the collateral. */
            decimals: components["schemas"]["Decimals"];
            /** @description The least of it in the last 24 h: what the engine counts on. */
            least_depth: components["schemas"]["Amount"];
            /** @description Liquidity that has no exit queued. */
            locked_depth: components["schemas"]["Amount"];
            /** @description The pool's time-weighted price: for reports, never for credit. */
            mean?: components["schemas"]["Price"] | null;
            /** @description The pool's price now, coins for a whole unit; none while it is empty. */
            price?: components["schemas"]["Price"] | null;
            /** @description Shares of the pool. */
            shares: components["schemas"]["Amount"];
            /** @description Its parameters. */
            spec: components["schemas"]["MarketSpec"];
        };
        /** @description What an account has in a market. */
        MarketPosition: {
            /** @description Collateral that they would pay now, rounded down. */
            base: components["schemas"]["Amount"];
            /** @description Coins that they would pay now, rounded down. */
            coins: components["schemas"]["Amount"];
            /** @description In which. */
            market: components["schemas"]["MarketId"];
            /** @description Shares of its pool. */
            shares: components["schemas"]["Amount"];
        };
        /** @description A market's parameters. */
        MarketSpec: {
            /**
             * @description The engine sells only while the pool is within this of the feed's low price, and on average at most this far
             *     under it (rule R10, b).
             */
            band: components["schemas"]["Ratio"];
            /** @description The collateral that it trades against the coin. */
            base: components["schemas"]["AssetId"];
            /** @description Host time between asking to trade or to add liquidity and doing so (rule R1). */
            cooldown: components["schemas"]["Seconds"];
            /** @description How the pool's price follows its reserves. */
            curve: components["schemas"]["PoolCurve"];
            /** @description Share of what a trade brings along that stays in the pool. */
            fee: components["schemas"]["Ratio"];
            /** @description The collateral's price: its rounds execute what waits, and it says how far the pool may stand away. */
            feed: components["schemas"]["FeedId"];
            /** @description Its id. */
            id: components["schemas"]["MarketId"];
            /** @description Host time between asking to take liquidity out and doing so (rule R10, W). */
            lock: components["schemas"]["Seconds"];
            /** @description Window of the pool's time-weighted price, which is for reports and controllers, never for credit. */
            mean_window: components["schemas"]["Seconds"];
            /** @description Least base units of a sale, which is all that is asked before the feed's first round (rule R1). */
            sale_min: components["schemas"]["Amount"];
            /**
             * @description Least coins of a purchase, of what a sale is worth at the feed's low price, and of the coin side of liquidity that is
             *     added, leaves or stays (rule R1).
             */
            ticket_min: components["schemas"]["Amount"];
        };
        /** @description The balances that belong to the reserve's own parts. */
        Module: {
            Vaults: components["schemas"]["TypeId"];
        } | {
            Bids: [
                components["schemas"]["TypeId"],
                number
            ];
        } | {
            StabilityPool: components["schemas"]["TypeId"];
        } | {
            Auctions: components["schemas"]["TypeId"];
        } | {
            LiquidationDeposits: components["schemas"]["TypeId"];
        } | {
            FirstLoss: components["schemas"]["TypeId"];
        } | "SurplusBuffer" | "InsuranceFund" | "Queue" | "Residue" | {
            Market: components["schemas"]["MarketId"];
        };
        /** @description Why there is no price for something. */
        NoPrice: {
            Stale: {
                /** @description Age of its last round. */
                age: components["schemas"]["Seconds"];
                /** @description Which feed. */
                feed: components["schemas"]["FeedId"];
                /** @description Its heartbeat. */
                limit: components["schemas"]["Seconds"];
            };
        } | {
            Disputed: {
                /** @description Which feed. */
                feed: components["schemas"]["FeedId"];
            };
        } | {
            Halted: {
                /** @description Which feed. */
                feed: components["schemas"]["FeedId"];
            };
        } | {
            None: {
                /** @description Which feed. */
                feed: components["schemas"]["FeedId"];
            };
        };
        NormalizedDebt: string;
        /** @description A source's word on a price. */
        Observation: {
            /** @description Of which feed. */
            feed: components["schemas"]["FeedId"];
            /** @description USD for one whole unit. */
            price: components["schemas"]["Price"];
            /** @description By whom; the host has checked the signature. */
            source: components["schemas"]["SourceId"];
            /** @description When the source saw it. */
            time: components["schemas"]["Timestamp"];
        };
        /** @description What a queued command does when a round executes it. */
        Order: {
            EnterPool: {
                /** @description Coins, escrowed. */
                amount: components["schemas"]["Amount"];
                /** @description Which pool. */
                pool: components["schemas"]["PoolId"];
            };
        } | {
            ExitPool: {
                /** @description Most coins to take out; what the pool has spent meanwhile is gone. All goes if too little would be left. */
                amount: components["schemas"]["Amount"];
                /** @description Which pool. */
                pool: components["schemas"]["PoolId"];
            };
        } | {
            Sell: {
                /** @description Base units of the collateral, escrowed; the fee is taken out of it. */
                amount: components["schemas"]["Amount"];
                /** @description Least price for a whole unit, after the fee. */
                limit: components["schemas"]["Price"];
                /** @description In which market. */
                market: components["schemas"]["MarketId"];
            };
        } | {
            Buy: {
                /** @description Coins, escrowed; the fee is taken out of it. */
                amount: components["schemas"]["Amount"];
                /** @description Highest price for a whole unit, after the fee. */
                limit: components["schemas"]["Price"];
                /** @description In which market. */
                market: components["schemas"]["MarketId"];
            };
        } | {
            AddLiquidity: {
                /** @description Most base units of the collateral, escrowed. */
                base: components["schemas"]["Amount"];
                /** @description Most coins, escrowed. */
                coins: components["schemas"]["Amount"];
                /** @description Least shares; fewer are refused and all comes back. */
                least: components["schemas"]["Amount"];
                /** @description To which market. */
                market: components["schemas"]["MarketId"];
            };
        } | {
            RemoveLiquidity: {
                /** @description Least base units of the collateral; for less the shares stay. */
                least_base: components["schemas"]["Amount"];
                /** @description Least coins; for less the shares stay. */
                least_coins: components["schemas"]["Amount"];
                /** @description Out of which market. */
                market: components["schemas"]["MarketId"];
                /** @description Shares; all of the owner's go if too little would be left. */
                shares: components["schemas"]["Amount"];
            };
        } | {
            EnterFund: {
                /** @description Coins, escrowed. */
                amount: components["schemas"]["Amount"];
                /** @description Returned if it would bring fewer shares. */
                shares_min: components["schemas"]["Amount"];
            };
        } | {
            ExitFund: {
                /** @description How many to give back, of those that the sender has; all go if too little would be left. */
                shares: components["schemas"]["Amount"];
            };
        };
        /** @description In which order vaults are told. */
        OrderOf: "id" | "risk";
        /** @description In which order the past is told. */
        OrderOf2: "newest" | "oldest";
        /** @description The end of a transaction. */
        Outcome: "Done" | {
            Failed: {
                /**
                 * Format: uint32
                 * @description Which command, from 0; the number of commands for the judgement at the end.
                 */
                command: number;
                /** @description Why. */
                reason: components["schemas"]["Rejected"];
            };
        } | {
            NotAdmitted: components["schemas"]["Rejected"];
        };
        Package: string;
        /** @description A change of one parameter, with hard bounds and a direction (docs/parameters.md). */
        ParameterChange: {
            GlobalDebtCeiling: components["schemas"]["Amount"];
        } | {
            GlobalAuctionCeiling: components["schemas"]["Amount"];
        } | {
            WorkPrice: components["schemas"]["Amount"];
        } | {
            Type: [
                components["schemas"]["TypeId"],
                components["schemas"]["TypeParameter"]
            ];
        };
        /** @description What is wrong with a parameter. */
        ParameterFault: "InitialRatioTooLow" | "LiquidationRatioTooLow" | "StabilityFeeOutOfBounds" | "ShareTooLarge" | "BadCurve" | "BadStartFactor" | "QuorumOutOfBounds" | {
            DebtFloorTooLow: {
                /** @description The highest ceiling at this floor. */
                ceiling_max: components["schemas"]["Amount"];
                /** @description The floor. */
                floor: components["schemas"]["Amount"];
                /** @description The least floor at this ceiling. */
                floor_min: components["schemas"]["Amount"];
            };
        } | "BadSupplyFeed" | "Duplicate" | "OutOfBounds";
        /** @description An event, and where it stands. */
        PastEvent: {
            /** @description What happened. */
            event: components["schemas"]["Event"];
            /** @description Its block. */
            height: components["schemas"]["Height"];
            /**
             * Format: uint32
             * @description Its place among the block's events, from 0: what the engine did by itself, then each transaction's.
             */
            seq: number;
            /** @description The block's time. */
            time: components["schemas"]["Timestamp"];
            /**
             * Format: uint32
             * @description Whose transaction, from 0 in the order of the block; none if the engine did it by itself.
             */
            transaction?: number | null;
        };
        /** @description A transaction of the past. */
        PastTransaction: {
            /** @description What the work cost. */
            fee?: components["schemas"]["Fee"] | null;
            /** @description Its hash. */
            hash: components["schemas"]["TransactionHash"];
            /** @description Its block. */
            height: components["schemas"]["Height"];
            /**
             * Format: uint32
             * @description Its place in the block, from 0.
             */
            index: number;
            /** @description What came of it. */
            outcome: components["schemas"]["Outcome"];
            /** @description Whose. */
            sender: components["schemas"]["AccountId"];
            /** @description The block's time. */
            time: components["schemas"]["Timestamp"];
            /**
             * Format: uint64
             * @description Work units spent.
             */
            work: number;
        };
        /** @description Some transactions. */
        PastTransactionPage: {
            /** @description The history tells of blocks above this one. */
            begins: components["schemas"]["Height"];
            /** @description The last block that it tells of. */
            height: components["schemas"]["Height"];
            /** @description Where the next page begins; none after the last. */
            next?: string | null;
            /** @description The transactions. */
            transactions: components["schemas"]["PastTransaction"][];
        };
        Path: string;
        /**
         * @description Ways of the peers that only the conformance adapter and replay baselines choose, in a type; [`Limits::ring_fence`] is one
         *     of the whole reserve.
         */
        PeerRules: {
            /** @description Whether the ratio bounds and the issuance check of Ballast apply. */
            bounds: components["schemas"]["Bounds"];
            /** @description Whether the debt floor has to keep the number of vaults within what the blocks can liquidate (rule R7). */
            floor: components["schemas"]["Bounds"];
            /** @description How much a keeper is paid out of an auction. */
            keeper_pay: components["schemas"]["KeeperPay"];
            /** @description What the stability pool pays for a lot. */
            pool_price: components["schemas"]["PoolPrice"];
            /** @description Who resets an auction. */
            reset: components["schemas"]["Trigger"];
            /** @description What becomes of what the stability pool does not buy. */
            rest: components["schemas"]["Rest"];
            /** @description How much of a vault is seized. */
            seizure: components["schemas"]["Seizure"];
            /** @description Who liquidates. */
            trigger: components["schemas"]["Trigger"];
        };
        /** @description Whether a delegate may act. */
        Permission: "Granted" | "Revoked";
        /** @description A pool bought collateral of a lot. */
        PoolBought: {
            /** @description Collateral bought. */
            collateral: components["schemas"]["Amount"];
            /** @description Coins burned against the lot's debt. */
            debt: components["schemas"]["Amount"];
            /** @description Coins paid as penalty to the surplus buffer. */
            penalty: components["schemas"]["Amount"];
            /** @description Which pool. */
            pool: components["schemas"]["PoolId"];
            /** @description Price paid for one whole unit. */
            price: components["schemas"]["Price"];
            /** @description Coins burned against a loss that was booked on it. */
            recovered: components["schemas"]["Amount"];
            /** @description From which vault. */
            vault: components["schemas"]["VaultId"];
        };
        /** @description How a pool's price follows its reserves (docs/market.md, eq. 1 and 2). */
        PoolCurve: "ConstantProduct" | {
            StableSwap: {
                /**
                 * Format: uint32
                 * @description How flat: the `A` of the peer's pools, 1 and more.
                 */
                amplification: number;
            };
        };
        /** @description A pool of coins that buys liquidated collateral of one type. A lot meets the pools of its type in their order (rule R10). */
        PoolId: {
            /** @description On which terms. */
            buyer: components["schemas"]["Buyer"];
            /** @description Whose collateral it buys. */
            collateral_type: components["schemas"]["TypeId"];
        };
        /** @description A pool of coins that buys liquidated collateral. */
        PoolInfo: {
            /** @description Coins in it. */
            coins: components["schemas"]["Amount"];
            /** @description Time from asking to enter or leave to doing so, at least. */
            cooldown: components["schemas"]["Seconds"];
            /** @description How far under the low price it buys at least. */
            discount: components["schemas"]["Ratio"];
            /** @description Which. */
            id: components["schemas"]["PoolId"];
            /** @description Least coins of an entry. */
            least_entry: components["schemas"]["Amount"];
            /** @description Coins that it may spend now. */
            spendable: components["schemas"]["Amount"];
        };
        /** @description What an account has in a pool. */
        PoolPosition: {
            /** @description Coins still in it, rounded down. */
            coins: components["schemas"]["Amount"];
            /** @description Collateral bought and not yet claimed, rounded down. */
            gain: components["schemas"]["Amount"];
            /** @description In which. */
            pool: components["schemas"]["PoolId"];
        };
        /** @description What the stability pool pays for a lot. */
        PoolPrice: "Discounted" | "Debt";
        /** @description A type's stability pool (docs/stability-pool.md). */
        PoolSpec: {
            /** @description Host time between asking to enter or leave and doing so (rule R1). */
            cooldown: components["schemas"]["Seconds"];
            /** @description The pool pays at most low price × (1 − discount) (rule R10). */
            discount: components["schemas"]["Ratio"];
            /** @description Coins that always stay in the pool. */
            floor: components["schemas"]["Amount"];
            /** @description Least coins of an entry, and of an exit that is not of the whole deposit (rule R1). */
            ticket_min: components["schemas"]["Amount"];
        };
        /** @description Whatever an account has beside its balances and vaults. */
        Positions: {
            /** @description Whose. */
            account: components["schemas"]["AccountId"];
            /** @description Shares of the insurance fund. */
            fund_shares: components["schemas"]["Amount"];
            /** @description What they are worth in coins now, rounded down. */
            fund_value: components["schemas"]["Amount"];
            /** @description Of which state. */
            height: components["schemas"]["Height"];
            /** @description Liquidity in markets. */
            markets: components["schemas"]["MarketPosition"][];
            /** @description Deposits in stability pools, and standing bids. */
            pools: components["schemas"]["PoolPosition"][];
            /** @description Keys that may act for it. */
            sessions: components["schemas"]["SessionInfo"][];
            /** @description Orders that wait. */
            tickets: components["schemas"]["TicketInfo"][];
        };
        Price: string;
        /** @description What a feed has said. */
        PricePage: {
            /** @description The history tells of blocks above this one. */
            begins: components["schemas"]["Height"];
            /** @description Length of the spans, a second at least. */
            every: components["schemas"]["Seconds"];
            /** @description Which. */
            feed: components["schemas"]["FeedId"];
            /** @description The last block that it tells of. */
            height: components["schemas"]["Height"];
            /** @description The `from` of the next page; none after the last. */
            next?: components["schemas"]["Timestamp"] | null;
            /** @description The spans in which it said something, by time. */
            prices: components["schemas"]["PriceSpan"][];
        };
        /** @description What a feed said over a span of time, or in one block. */
        PriceSpan: {
            /**
             * Format: uint64
             * @description In how many blocks the feed said something new.
             */
            blocks: number;
            /** @description The last. */
            close: components["schemas"]["Price"];
            /** @description The highest. */
            high: components["schemas"]["Price"];
            /** @description What vaults were judged by at its end. */
            judging: components["schemas"]["Price"];
            /** @description The lowest. */
            low: components["schemas"]["Price"];
            /** @description The mean over the feed's window at its end. */
            mean: components["schemas"]["Price"];
            /** @description The first price in it. */
            open: components["schemas"]["Price"];
            /** @description The feed's state at its end. */
            state: components["schemas"]["FeedState"];
            /** @description Its beginning: the `from` of a page that begins there. */
            time: components["schemas"]["Timestamp"];
        };
        /** @description What leads from an entry, or from the place where it would be, up to the root. */
        Proof: {
            /** @description What stands below the last sibling. */
            end: components["schemas"]["End"];
            /** @description The subtree beside the path at each depth, from the root down. */
            siblings: components["schemas"]["Hash"][];
        };
        /** @description A record of the state, or that there is none, and its proof. */
        ProofInfo: {
            /** @description Of which state. */
            height: components["schemas"]["Height"];
            /** @description Canonical key, `0x` and hexadecimal digits. */
            key: string;
            /** @description What shows it. */
            proof: components["schemas"]["Proof"];
            /** @description Its root. */
            root: components["schemas"]["Hash"];
            /**
             * Format: uint16
             * @description In which table.
             */
            table: number;
            /** @description Canonical value; none if there is no such record. */
            value?: string | null;
        };
        /** @description The two ways to bring a ratio up. */
        Protection: {
            Repay: {
                /** @description What is left of the order, in the coin. */
                limit: components["schemas"]["Amount"];
            };
        } | {
            TopUp: {
                /** @description What is left of the order, in base units of the collateral. */
                limit: components["schemas"]["Amount"];
            };
        };
        Rate: string;
        Ratio: string;
        /** @description That a node takes transactions; one that does not answers with a refusal. */
        Readiness: "Ready";
        /** @description What came of one transaction. */
        Receipt: {
            /** @description What happened, in order; empty unless done. */
            events: components["schemas"]["Event"][];
            /** @description What the work cost, unless the transaction was not admitted. */
            fee?: components["schemas"]["Fee"] | null;
            /** @description Done, failed at a command, or not admitted at all. */
            outcome: components["schemas"]["Outcome"];
            /**
             * Format: uint64
             * @description Work units spent.
             */
            work: number;
        };
        /** @description A refusal: what is wrong, by how much, and what would work. */
        Rejected: {
            NonceUsed: {
                /** @description Which. */
                nonce: string;
            };
        } | {
            NoncesScattered: {
                /** @description Which. */
                nonce: string;
            };
        } | {
            Expired: {
                /** @description Its expiry. */
                expiry: components["schemas"]["Timestamp"];
                /** @description Block time. */
                now: components["schemas"]["Timestamp"];
            };
        } | {
            ExpiryTooFar: {
                /** @description Its expiry. */
                expiry: components["schemas"]["Timestamp"];
                /** @description The latest allowed. */
                latest: components["schemas"]["Timestamp"];
            };
        } | "Empty" | {
            FeeOverLimit: {
                /** @description What the work costs, in base units of the coin. */
                fee: components["schemas"]["Amount"];
                /** @description What the sender pays at most. */
                limit: components["schemas"]["Amount"];
            };
        } | {
            NoFeeAsset: {
                /** @description Which. */
                asset: components["schemas"]["AssetId"];
            };
        } | {
            BlockFull: {
                /**
                 * Format: uint64
                 * @description Units left.
                 */
                room: number;
                /**
                 * Format: uint64
                 * @description Units needed.
                 */
                work: number;
            };
        } | {
            InsufficientBalance: {
                /** @description Of what. */
                asset: components["schemas"]["AssetId"];
                /** @description What is there. */
                balance: components["schemas"]["Amount"];
                /** @description What is needed. */
                needed: components["schemas"]["Amount"];
            };
        } | "ZeroAmount" | {
            Arithmetic: components["schemas"]["Arithmetic"];
        } | {
            UnknownAsset: components["schemas"]["AssetId"];
        } | {
            UnknownType: components["schemas"]["TypeId"];
        } | {
            UnknownFeed: components["schemas"]["FeedId"];
        } | {
            UnknownVault: components["schemas"]["VaultId"];
        } | {
            UnknownAuction: components["schemas"]["AuctionId"];
        } | {
            UnknownTicket: components["schemas"]["TicketId"];
        } | {
            /** Format: uint8 */
            NotOpened: number;
        } | {
            NotOwner: {
                /** @description Who asked. */
                caller: components["schemas"]["AccountId"];
                /** @description Which vault. */
                vault: components["schemas"]["VaultId"];
            };
        } | {
            NotAuthority: {
                /** @description Who asked. */
                caller: components["schemas"]["AccountId"];
            };
        } | {
            NotTicketOwner: components["schemas"]["TicketId"];
        } | {
            NoPrice: components["schemas"]["NoPrice"];
        } | {
            CeilingExceeded: {
                /** @description What it may owe. */
                ceiling: components["schemas"]["Amount"];
                /** @description Which type. */
                collateral_type: components["schemas"]["TypeId"];
                /** @description What it would owe. */
                debt: components["schemas"]["Amount"];
            };
        } | {
            GlobalCeilingExceeded: {
                /** @description What they may owe. */
                ceiling: components["schemas"]["Amount"];
                /** @description What they would owe. */
                debt: components["schemas"]["Amount"];
            };
        } | {
            MintLimit: {
                /** @description Net new coin of the window, with what was asked for. */
                grown: components["schemas"]["Amount"];
                /** @description The most. */
                limit: components["schemas"]["Amount"];
                /** @description What would pass now. */
                room: components["schemas"]["Amount"];
                /** @description Host time until all of the limit is free, if nothing more is minted. */
                wait: components["schemas"]["Seconds"];
            };
        } | {
            OutflowLimit: {
                /** @description Which type. */
                collateral_type: components["schemas"]["TypeId"];
                /** @description What may leave now. */
                room: components["schemas"]["Amount"];
                /** @description What would have left, net. */
                taken: components["schemas"]["Amount"];
            };
        } | {
            GapExceeded: {
                /** @description Which type. */
                collateral_type: components["schemas"]["TypeId"];
                /** @description Net new debt of the hour, with what was asked for. */
                drawn: components["schemas"]["Amount"];
                /** @description The most. */
                gap: components["schemas"]["Amount"];
            };
        } | {
            SupplyJump: {
                /** @description Which type. */
                collateral_type: components["schemas"]["TypeId"];
                /** @description Its time-weighted mean. */
                mean: components["schemas"]["Price"];
                /** @description The most that would pass. */
                most: components["schemas"]["Price"];
                /** @description What the feed says. */
                supply: components["schemas"]["Price"];
            };
        } | {
            FlashCeilingExceeded: {
                /** @description The type's flash ceiling. */
                ceiling: components["schemas"]["Amount"];
                /** @description Which type. */
                collateral_type: components["schemas"]["TypeId"];
                /** @description Of all batches of the block so far, in the coin. */
                deferred: components["schemas"]["Amount"];
            };
        } | {
            BelowDebtFloor: {
                /** @description What it would owe. */
                debt: components["schemas"]["Amount"];
                /** @description What it must owe, unless nothing. */
                floor: components["schemas"]["Amount"];
                /** @description Which vault. */
                vault: components["schemas"]["VaultId"];
            };
        } | {
            BelowInitialRatio: {
                /** @description The price at which it was judged. */
                price: components["schemas"]["Price"];
                /** @description The ratio it must keep. */
                ratio: components["schemas"]["Ratio"];
                /** @description Which vault. */
                vault: components["schemas"]["VaultId"];
            };
        } | {
            Frozen: {
                /** @description Which vault. */
                vault: components["schemas"]["VaultId"];
            };
        } | {
            TypeClosed: {
                /** @description Why it is closed. */
                cause: components["schemas"]["ClosingCause"];
                /** @description Which type. */
                collateral_type: components["schemas"]["TypeId"];
            };
        } | {
            GlideGap: {
                /** @description Which type. */
                collateral_type: components["schemas"]["TypeId"];
                /** @description Σ max(0, debt × target ratio − value) over its vaults, in coins. */
                gap: components["schemas"]["Amount"];
            };
        } | {
            Uncovered: {
                /** @description Which type. */
                collateral_type: components["schemas"]["TypeId"];
                /** @description In coins. */
                cover: components["schemas"]["Amount"];
                /** @description In coins. */
                stressed_loss: components["schemas"]["Amount"];
            };
        } | {
            TooMuch: {
                /** @description Asked for. */
                asked: components["schemas"]["Amount"];
                /** @description There. */
                available: components["schemas"]["Amount"];
            };
        } | {
            NotMergeable: [
                components["schemas"]["VaultId"],
                components["schemas"]["VaultId"]
            ];
        } | {
            UselessOrder: {
                /** @description The type's liquidation ratio, in force or still to be glided to, whichever is higher. */
                liquidation_ratio: components["schemas"]["Ratio"];
                /** @description The ratio under which owners are warned. */
                warning_ratio: components["schemas"]["Ratio"];
            };
        } | {
            NotLiquidatable: {
                /** @description The price at which it was judged. */
                price: components["schemas"]["Price"];
                /** @description Which vault. */
                vault: components["schemas"]["VaultId"];
            };
        } | {
            RoundLimitReached: {
                /** @description Which vault. */
                vault: components["schemas"]["VaultId"];
            };
        } | "NoAuctionRoom" | "NothingToSeize" | {
            Stopped: components["schemas"]["TypeId"];
        } | {
            NeedsReset: components["schemas"]["AuctionId"];
        } | {
            ResetNotNeeded: components["schemas"]["AuctionId"];
        } | {
            TooExpensive: {
                /** @description The auction's price. */
                price: components["schemas"]["Price"];
                /** @description The buyer's limit. */
                price_max: components["schemas"]["Price"];
            };
        } | {
            RemainderTooSmall: components["schemas"]["Amount"];
        } | {
            Quiet: {
                /** @description Which feed. */
                feed: components["schemas"]["FeedId"];
            };
        } | {
            AlreadyQueued: {
                /** @description In which turn. */
                lane: components["schemas"]["Lane"];
                /** @description Which ticket. */
                ticket: components["schemas"]["TicketId"];
                /** @description Where. */
                venue: components["schemas"]["Venue"];
            };
        } | "NoShares" | {
            UnknownPool: components["schemas"]["PoolId"];
        } | {
            BelowTicketMin: {
                /** @description Coins asked for. */
                amount: components["schemas"]["Amount"];
                /** @description Least coins; for an exit no more than the whole deposit. */
                least: components["schemas"]["Amount"];
            };
        } | "NoDeposit" | "NotInBatch" | {
            NobodyToShareWith: components["schemas"]["TypeId"];
        } | {
            BadParameter: components["schemas"]["ParameterFault"];
        } | {
            UnknownMarket: components["schemas"]["MarketId"];
        } | {
            TooFewShares: {
                /** @description Shares asked for. */
                asked: components["schemas"]["Amount"];
                /** @description Shares held. */
                held: components["schemas"]["Amount"];
                /** @description Which market. */
                market: components["schemas"]["MarketId"];
            };
        } | {
            TooLittleLiquidity: {
                /** @description Least shares: the limit of the command, or what a first entry needs. */
                least: components["schemas"]["Amount"];
                /** @description Which market. */
                market: components["schemas"]["MarketId"];
                /** @description Shares that it would make. */
                shares: components["schemas"]["Amount"];
            };
        } | {
            TooLittleOut: {
                /** @description Collateral that would come out. */
                base: components["schemas"]["Amount"];
                /** @description Coins that would come out. */
                coins: components["schemas"]["Amount"];
                /** @description Which market. */
                market: components["schemas"]["MarketId"];
            };
        } | {
            LotsOnSale: {
                /**
                 * Format: uint16
                 * @description How many of its lots are on sale.
                 */
                lots: number;
                /** @description Which vault. */
                vault: components["schemas"]["VaultId"];
            };
        } | {
            UnknownSession: {
                /** @description Which key signed. */
                key: components["schemas"]["SessionKey"];
                /** @description Who would have granted it. */
                owner: components["schemas"]["AccountId"];
            };
        } | {
            SessionExpired: {
                /** @description Last block time at which it was valid. */
                expiry: components["schemas"]["Timestamp"];
                /** @description Which key signed. */
                key: components["schemas"]["SessionKey"];
                /** @description Block time. */
                now: components["schemas"]["Timestamp"];
            };
        } | {
            OutOfScope: {
                /**
                 * Format: uint32
                 * @description Which command, from 0.
                 */
                command: number;
                /** @description What it does. */
                kind: components["schemas"]["CommandKind"];
            };
        } | {
            OverSessionLimit: {
                /** @description What would leave. */
                asked: components["schemas"]["Amount"];
                /** @description Of which asset. */
                asset: components["schemas"]["AssetId"];
                /** @description What is left of its limit; none where it has no limit. */
                left: components["schemas"]["Amount"];
            };
        } | {
            BadSession: components["schemas"]["SessionFault"];
        };
        /** @description How much debt to repay. */
        Repayment: {
            Exactly: components["schemas"]["Amount"];
        } | "All";
        /** @description What becomes of the part of a lot that the stability pool does not buy. */
        Rest: "Auction" | "Shared";
        /**
         * Format: uint64
         * @description The number of a feed's closed rounds so far.
         */
        RoundNumber: number;
        /** @description A sale of seized collateral. */
        Sale: {
            Pool: components["schemas"]["VaultId"];
        } | {
            Auction: components["schemas"]["AuctionId"];
        };
        Scope: components["schemas"]["CommandKind"][];
        /**
         * Format: uint64
         * @description A duration.
         */
        Seconds: number;
        /** @description The explanation of a seizure. */
        Seized: {
            /** @description Who called, if it was not the engine. */
            caller?: components["schemas"]["AccountId"] | null;
            /** @description Collateral paid to the caller. */
            caller_collateral: components["schemas"]["Amount"];
            /** @description Collateral taken off the vault. */
            collateral: components["schemas"]["Amount"];
            /** @description What it held just before. */
            collateral_before: components["schemas"]["Amount"];
            /** @description Of which type. */
            collateral_type: components["schemas"]["TypeId"];
            /** @description Debt taken off the vault, in coins. */
            debt: components["schemas"]["Amount"];
            /** @description What the vault owed just before, in coins, rounded up. */
            debt_before: components["schemas"]["Amount"];
            /** @description Liquidation deposit paid to the caller, or kept by the reserve. */
            deposit: components["schemas"]["Amount"];
            /** @description The liquidation ratio in force. */
            liquidation_ratio: components["schemas"]["Ratio"];
            /** @description Loss booked at once: debt above the collateral's value. */
            loss: components["schemas"]["Amount"];
            /** @description Normalized debt taken off the vault. */
            normalized: components["schemas"]["NormalizedDebt"];
            /** @description Whose. */
            owner: components["schemas"]["AccountId"];
            /** @description Penalty asked on top of the debt, in coins. */
            penalty: components["schemas"]["Amount"];
            /** @description Price at which the vault was judged. */
            price: components["schemas"]["Price"];
            /** @description Lowest price that the pool and auctions use. */
            price_low: components["schemas"]["Price"];
            /** @description Why this much. */
            rule: components["schemas"]["SeizureRule"];
            /** @description Which vault. */
            vault: components["schemas"]["VaultId"];
        };
        /** @description How much of a vault a liquidation seizes. */
        Seizure: "Restore" | "UpToCeiling" | "Whole";
        /** @description Which part of rule R9 decided how much was seized. */
        SeizureRule: "PartialToTarget" | "PartialRoundLimit" | "WholeTooDeep" | "WholeAvoidsDust" | "Peer";
        /** @description What is wrong with a session that a wallet would grant. */
        SessionFault: "EmptyScope" | {
            NotDelegable: components["schemas"]["CommandKind"];
        } | {
            TooManyLimits: {
                /**
                 * Format: uint32
                 * @description How many were asked for.
                 */
                limits: number;
                /**
                 * Format: uint32
                 * @description The most.
                 */
                most: number;
            };
        } | {
            AssetTwice: components["schemas"]["AssetId"];
        } | {
            TooManySessions: {
                /**
                 * Format: uint32
                 * @description The most.
                 */
                most: number;
            };
        };
        /** @description What a key may do for an account. */
        SessionInfo: {
            /** @description What it may do. */
            commands: components["schemas"]["CommandKind"][];
            /** @description Last block time at which it may sign. */
            expiry: components["schemas"]["Timestamp"];
            /** @description Which key. */
            key: components["schemas"]["SessionKey"];
            /** @description What may still leave, by asset; of others nothing. */
            left: [
                components["schemas"]["AssetId"],
                components["schemas"]["Amount"]
            ][];
        };
        SessionKey: string;
        /** @description Whether a lot that neither bids nor pool nor auctions can take goes to the other vaults of its type (docs/sharing.md). */
        Sharing: "Never" | "WhenCovered";
        Signature: string;
        /** @description An observation as anyone may bring it. */
        SignedObservation: {
            /** @description That the source has said it. */
            evidence: components["schemas"]["Evidence"];
            /** @description What is said. */
            observation: components["schemas"]["Observation"];
        };
        /** @description A transaction as its signer sends it. */
        SignedTransaction: {
            /** @description That the named signer has said it. */
            signature: components["schemas"]["Signature"];
            /** @description What is said. */
            transaction: components["schemas"]["Transaction"];
        };
        /** @description Which key of its sender has signed a transaction. */
        Signer: "Wallet" | {
            Session: components["schemas"]["SessionKey"];
        };
        /**
         * Format: uint32
         * @description A registered signer of observations; the number is unique over all feeds.
         */
        SourceId: number;
        /** @description A source of a feed. */
        SourceInfo: {
            /** @description Which. */
            id: components["schemas"]["SourceId"];
            /** @description With what it signs; none is the host's own. */
            key?: components["schemas"]["SourceKey"] | null;
            /** @description What it said last, USD; none before its first word. */
            price?: components["schemas"]["Price"] | null;
            /** @description When it saw that. */
            time?: components["schemas"]["Timestamp"] | null;
        };
        /** @description What a source's words are signed with. The engine keeps it; hosts and audits check by it (docs/oracle.md, Sources). */
        SourceKey: {
            Wallet: components["schemas"]["AccountId"];
        } | {
            RedStone: {
                /** @description Which of its values: the bytes of its name, such as `ETH`, and zeroes. */
                data_feed: string;
                /** @description Its address. */
                signer: components["schemas"]["AccountId"];
            };
        } | {
            Pyth: {
                /** @description Who makes them there. */
                emitter: string;
                /**
                 * Format: uint16
                 * @description Wormhole's number of the chain on which the updates are made.
                 */
                emitter_chain: number;
                /** @description The guardians' addresses, in the order of the set. */
                guardians: components["schemas"]["AccountId"][];
                /** @description Which of its values. */
                price_id: string;
            };
        };
        /**
         * @description How much of an asset may leave its owner's balance while a session acts: gross, fees included, over the session's whole
         *     life. What comes in gives no room back, and of an asset without a limit nothing leaves.
         */
        SpendingLimit: {
            /** @description Most base units of it. */
            amount: components["schemas"]["Amount"];
            /** @description Which asset. */
            asset: components["schemas"]["AssetId"];
        };
        /** @description What the engine does for an owner when a round brings his vault under `trigger` (rule R11). */
        StandingOrder: {
            /** @description With what. */
            action: components["schemas"]["Protection"];
            /** @description Brings the ratio up to this, if the balance allows. */
            restore: components["schemas"]["Ratio"];
            /** @description Executes when the ratio is under this; at least the liquidation ratio. */
            trigger: components["schemas"]["Ratio"];
        };
        /** @description Where the chain stands. */
        Status: {
            /** @description Booked bad debt. */
            bad_debt: components["schemas"]["Amount"];
            /**
             * Format: uint64
             * @description Part of every signature's domain.
             */
            chain_id: number;
            /** @description The reserve's coin. */
            coin: components["schemas"]["AssetId"];
            /** @description The hash of the genesis, also part of it. */
            genesis: components["schemas"]["Hash"];
            /** @description The last durable block. */
            height: components["schemas"]["Height"];
            /** @description Coins in the insurance fund. */
            insurance_fund: components["schemas"]["Amount"];
            /** @description What time it is on the chain now: expiries count from here. */
            now: components["schemas"]["Timestamp"];
            /** @description The oldest block that the stream can tell; the next, if it can tell none yet. */
            oldest_block: components["schemas"]["Height"];
            /** @description The oldest height that reads can name. */
            oldest_height: components["schemas"]["Height"];
            /** @description The state root after the last block. */
            root: components["schemas"]["Hash"];
            /** @description All coins. */
            supply: components["schemas"]["Amount"];
            /** @description Coins in the surplus buffer. */
            surplus: components["schemas"]["Amount"];
            /** @description Its time. */
            time: components["schemas"]["Timestamp"];
            /** @description USD that vaults and lots hold ÷ USD that they owe, over all types; none without debt or without a price. */
            total_ratio?: components["schemas"]["Ratio"] | null;
            /**
             * Format: uint64
             * @description Open vaults.
             */
            vaults: number;
            /**
             * Format: uint64
             * @description Transactions that wait for a block.
             */
            waiting: number;
            /** @description Price of a work unit, in base units of the coin. */
            work_price: components["schemas"]["Amount"];
        };
        /** @description A watch over how much of a collateral there is: what is forged makes it more. */
        SupplyWatch: {
            /** @description A feed whose price is the collateral's total supply, in a unit that all its sources share. */
            feed: components["schemas"]["FeedId"];
            /** @description Supply above its mean by more than so many standard deviations of the mean's window, and by 2 %, stops new debt (k). */
            sigmas: components["schemas"]["Ratio"];
        };
        /** @description What becomes of an observation that is in order: the rounds of its feed tell whether it counts. */
        Taken: {
            /**
             * @description True: it waits for a block, which takes it unless its feed would not any more or its source says something newer first.
             *     False: something as new of the same source waits already.
             */
            taken: boolean;
        };
        /**
         * Format: uint64
         * @description A queued command (rule R1), numbered from 1 in the order of inclusion.
         */
        TicketId: number;
        /** @description An order that waits for a round. */
        TicketInfo: {
            /** @description When a cancel was asked for. */
            cancelled?: components["schemas"]["Timestamp"] | null;
            /** @description After that it is given back. */
            expiry: components["schemas"]["Timestamp"];
            /** @description Its number. */
            id: components["schemas"]["TicketId"];
            /** @description What it asks for. */
            order: components["schemas"]["Order"];
            /** @description Whose. */
            owner: components["schemas"]["AccountId"];
            /** @description When it was queued. */
            queued: components["schemas"]["Timestamp"];
            /** @description Time until it may execute, on the host clock of the chain; zero is the next round. */
            ready_in: components["schemas"]["Seconds"];
        };
        /** @description How a queued command ended. */
        TicketOutcome: "Executed" | "Expired" | "Cancelled" | "Void";
        /**
         * Format: uint64
         * @description A moment: seconds since 1970-01-01 00:00 UTC, without leap seconds. [`Timestamp::ZERO`] is that midnight.
         */
        Timestamp: number;
        /** @description A message of the subscription. */
        Told: {
            /** @description The block. */
            block: components["schemas"]["BlockInfo"];
            /** @description What changed, if it was asked for. */
            changes?: components["schemas"]["ChangeInfo"][] | null;
        };
        /** @description One or more commands of one sender that succeed or fail together (rule R5). */
        Transaction: {
            /** @description What to do, in order. */
            commands: components["schemas"]["Command"][];
            /** @description Last block time at which it may execute. */
            expiry: components["schemas"]["Timestamp"];
            /** @description How its work is paid (rule R6). */
            fee: components["schemas"]["FeeOffer"];
            /** @description Any number that the sender has not used in a living transaction; order does not matter. */
            nonce: string;
            /** @description Whose balances and vaults it acts on. */
            sender: components["schemas"]["AccountId"];
            /** @description Which key of the sender has signed; the host has checked the signature. */
            signer: components["schemas"]["Signer"];
        };
        TransactionHash: string;
        /** @description A transaction in a durable block. */
        TransactionInfo: {
            /** @description Its hash. */
            hash: components["schemas"]["TransactionHash"];
            /** @description The block's height. */
            height: components["schemas"]["Height"];
            /**
             * Format: uint32
             * @description Its place in the block, from 0.
             */
            index: number;
            /** @description What came of it. */
            receipt: components["schemas"]["Receipt"];
        };
        /** @description Who starts a liquidation or resets an auction. */
        Trigger: "Engine" | "CommandOnly";
        /**
         * Format: uint32
         * @description A collateral type: one collateral, one debt asset, one set of parameters.
         */
        TypeId: number;
        /** @description A collateral type. */
        TypeInfo: {
            /** @description What its vaults owe, in the coin. */
            debt: components["schemas"]["Amount"];
            /** @description First-loss capital. */
            first_loss: components["schemas"]["Amount"];
            /**
             * Format: uint64
             * @description Open vaults with debt.
             */
            indebted_vaults: number;
            /** @description The liquidation ratio in force: it glides to the parameter. */
            liquidation_ratio: components["schemas"]["Ratio"];
            /** @description Σ max(0, debt − value): what would be booked now; none without a price. */
            marked_loss?: components["schemas"]["Amount"] | null;
            /** @description What its lots on sale owe. */
            on_sale: components["schemas"]["Amount"];
            /** @description Its parameters. */
            spec: components["schemas"]["TypeSpec"];
        };
        /** @description The parameters of a type that a command may change. */
        TypeParameter: {
            InitialRatio: components["schemas"]["Ratio"];
        } | {
            LiquidationRatio: components["schemas"]["Ratio"];
        } | {
            GlidePerDay: components["schemas"]["Ratio"];
        } | {
            Penalty: components["schemas"]["Ratio"];
        } | {
            StabilityFee: components["schemas"]["Rate"];
        } | {
            BorrowingFee: components["schemas"]["Ratio"];
        } | {
            LiquidationDeposit: components["schemas"]["Amount"];
        } | {
            CallerShare: components["schemas"]["Ratio"];
        } | {
            DebtCeiling: components["schemas"]["Amount"];
        } | {
            FlashCeiling: components["schemas"]["Amount"];
        } | {
            DebtFloor: components["schemas"]["Amount"];
        } | {
            Stress: components["schemas"]["Ratio"];
        } | {
            PoolDiscount: components["schemas"]["Ratio"];
        } | {
            AuctionStartFactor: components["schemas"]["Ratio"];
        } | {
            AuctionCurve: components["schemas"]["Curve"];
        } | {
            AuctionDuration: components["schemas"]["Seconds"];
        } | {
            AuctionResetRatio: components["schemas"]["Ratio"];
        } | {
            KeeperFlat: components["schemas"]["Amount"];
        } | {
            KeeperShare: components["schemas"]["Ratio"];
        } | {
            AuctionCeiling: components["schemas"]["Amount"];
        } | {
            AuctionBreaker: components["schemas"]["Breaker"];
        };
        /** @description A collateral type's parameters. */
        TypeSpec: {
            /** @description The auctions. */
            auction: components["schemas"]["AuctionSpec"];
            /** @description Standing bids, asked before the stability pool. */
            bids: components["schemas"]["BidSpec"];
            /** @description Share of each draw that is charged once. */
            borrowing_fee: components["schemas"]["Ratio"];
            /** @description Share of the seized collateral that goes to the caller of a liquidation. */
            caller_share: components["schemas"]["Ratio"];
            /** @description What is locked. */
            collateral: components["schemas"]["AssetId"];
            /** @description Most debt of the type. */
            debt_ceiling: components["schemas"]["Amount"];
            /** @description Least debt of a vault that has any. */
            debt_floor: components["schemas"]["Amount"];
            /** @description The collateral's price. */
            feed: components["schemas"]["FeedId"];
            /** @description Most debt that the batches of a block may run up, between their steps, beyond what health allows (rule R5). */
            flash_ceiling: components["schemas"]["Amount"];
            /** @description Most that the liquidation ratio moves in a day of live time (rule R8, g). */
            glide_per_day: components["schemas"]["Ratio"];
            /** @description Live time for which such a vault is judged at the best price of the last while (rule R11); zero grants none. */
            grace: components["schemas"]["Seconds"];
            /** @description How fast it may take new debt (rule R18). */
            growth: components["schemas"]["GrowthSpec"];
            /** @description Its id. */
            id: components["schemas"]["TypeId"];
            /** @description Least distance of the initial ratio above the target liquidation ratio (rule R8). */
            initial_gap: components["schemas"]["Ratio"];
            /** @description Collateral value ÷ debt that a draw or withdrawal must leave; jumps at once (rule R8). */
            initial_ratio: components["schemas"]["Ratio"];
            /** @description Drawing right on the common steps of the waterfall, over the type's life (rule R12). */
            line: components["schemas"]["Amount"];
            /** @description Coins that a vault with debt leaves for its liquidator; part of its debt. */
            liquidation_deposit: components["schemas"]["Amount"];
            /** @description Collateral value ÷ debt under which a vault is liquidated: the target of the glide (rule R8). */
            liquidation_ratio: components["schemas"]["Ratio"];
            /** @description The market in which lots that are on auction sell too, once a round (rule R10). */
            market?: components["schemas"]["MarketId"] | null;
            /** @description Name, for people, such as `ETH-A`. */
            name: string;
            /**
             * @description How much of the collateral may leave freely in a while; beyond that each vault may let the same share of its own
             *     leave (rules R16, R18).
             */
            outflow: components["schemas"]["FlowLimit"];
            /** @description Where a peer behaves otherwise; a node refuses anything but the default. */
            peer: components["schemas"]["PeerRules"];
            /** @description Share of the seized debt that the owner pays on top. */
            penalty: components["schemas"]["Ratio"];
            /** @description The stability pool. */
            pool: components["schemas"]["PoolSpec"];
            /** @description A partial liquidation restores the liquidation ratio plus this (rule R9). */
            restore_margin: components["schemas"]["Ratio"];
            /** @description Most of a vault's debt that such a vault loses in one round (rule R9, x). */
            round_seizure: components["schemas"]["Ratio"];
            /** @description Whether lots that nobody can buy are shared out over the type's other vaults (rule R10). */
            sharing: components["schemas"]["Sharing"];
            /** @description Share of value that a forced sale is expected to lose (rule R9). */
            slippage: components["schemas"]["Ratio"];
            /** @description Growth of debt a second, at least 1. */
            stability_fee: components["schemas"]["Rate"];
            /** @description Fall of the collateral's price in the stress of the balance sheet (s). */
            stress: components["schemas"]["Ratio"];
            /** @description Owners are warned under liquidation ratio + this (rule R11). */
            warning_band: components["schemas"]["Ratio"];
            /** @description Above 1 + penalty + this, a vault is judged at the kinder of two rounds (rule R9). */
            wick_band: components["schemas"]["Ratio"];
        };
        U256: string;
        Usd: string;
        /** @description A vault was closed. */
        VaultClosed: {
            /** @description Collateral returned. */
            collateral: components["schemas"]["Amount"];
            /** @description Of which type. */
            collateral_type: components["schemas"]["TypeId"];
            /** @description Liquidation deposit returned. */
            deposit_returned: components["schemas"]["Amount"];
            /** @description Liquidation deposit that was burned against the rest of the debt. */
            deposit_used: components["schemas"]["Amount"];
            /** @description Coins of the receiver that were burned against the debt. */
            paid: components["schemas"]["Amount"];
            /** @description Who received what it held. */
            to: components["schemas"]["AccountId"];
            /** @description Which. */
            vault: components["schemas"]["VaultId"];
        };
        /** @description What became of a vault. */
        VaultHistory: {
            /** @description The history tells of blocks above this one. */
            begins: components["schemas"]["Height"];
            /** @description The last block that it tells of. */
            height: components["schemas"]["Height"];
            /** @description The blocks that touched it. */
            moments: components["schemas"]["VaultMoment"][];
            /** @description Where the next page begins; none after the last. */
            next?: string | null;
            /** @description Which. */
            vault: components["schemas"]["VaultId"];
        };
        /**
         * Format: uint64
         * @description A vault, numbered from 1 in the order of opening.
         */
        VaultId: number;
        /** @description A vault. */
        VaultInfo: {
            /** @description Base units of the collateral. */
            collateral: components["schemas"]["Amount"];
            /** @description Of which type. */
            collateral_type: components["schemas"]["TypeId"];
            /** @description Coins owed, rounded up. */
            debt: components["schemas"]["Amount"];
            /** @description How it stands. */
            health: components["schemas"]["Health"];
            /** @description Which. */
            id: components["schemas"]["VaultId"];
            /** @description The price at which it is liquidated when it falls below; none without debt. */
            liquidation_price?: components["schemas"]["Price"] | null;
            /**
             * Format: uint16
             * @description Lots of it on sale.
             */
            lots_on_sale: number;
            /** @description Whose. */
            owner: components["schemas"]["AccountId"];
            /** @description Collateral value ÷ debt, rounded down, the greatest number where it is above it; none without debt or without a price. */
            ratio?: components["schemas"]["Ratio"] | null;
            /** @description What the engine does when a round breaks it. */
            standing_order?: components["schemas"]["StandingOrder"] | null;
        };
        /** @description A vault after a block that touched it. */
        VaultMoment: {
            /** @description What it held then, in base units; zero once it is closed. */
            collateral: components["schemas"]["Amount"];
            /** @description What it owed then, in coins, rounded up. */
            debt: components["schemas"]["Amount"];
            /** @description The block. */
            height: components["schemas"]["Height"];
            /** @description The price by which it was judged then. */
            price?: components["schemas"]["Price"] | null;
            /** @description Collateral value ÷ debt at that price; none without debt or price. */
            ratio?: components["schemas"]["Ratio"] | null;
            /** @description Its time. */
            time: components["schemas"]["Timestamp"];
            /** @description The names of the events that touched it, in order. */
            what: string[];
        };
        /** @description Some vaults. */
        VaultPage: {
            /** @description Of which state. */
            height: components["schemas"]["Height"];
            /** @description Where the next page begins; none after the last. */
            next?: string | null;
            /** @description The vaults. */
            vaults: components["schemas"]["VaultInfo"][];
        };
        /** @description A vault named by its id, or as the n-th that this batch has opened. */
        VaultRef: {
            Id: components["schemas"]["VaultId"];
        } | {
            /** Format: uint8 */
            Opened: number;
        };
        /** @description Part of a vault became a new one. */
        VaultSplit: {
            /** @description Collateral moved. */
            collateral: components["schemas"]["Amount"];
            /** @description Of which type. */
            collateral_type: components["schemas"]["TypeId"];
            /** @description Liquidation deposit of the new one, minted aside and owed by it. */
            deposit: components["schemas"]["Amount"];
            /** @description Normalized debt that the deposit added to the new one. */
            deposit_normalized: components["schemas"]["NormalizedDebt"];
            /** @description The old one. */
            from: components["schemas"]["VaultId"];
            /** @description The new one. */
            into: components["schemas"]["VaultId"];
            /** @description Normalized debt moved. */
            normalized: components["schemas"]["NormalizedDebt"];
        };
        /** @description Where an order waits. */
        Venue: {
            Pool: components["schemas"]["PoolId"];
        } | {
            Market: components["schemas"]["MarketId"];
        } | "Fund";
        /** @description A step of the waterfall, in its order. */
        WaterfallStep: "OwnCollateral" | "FirstLoss" | "SurplusBuffer" | "InsuranceFund" | "TokenIssue" | "LossSharing";
        /** @description Collateral, and the coins or debt that it went for. */
        Went: {
            /** @description Coins. */
            coins: components["schemas"]["Amount"];
            /** @description Base units of the collateral. */
            collateral: components["schemas"]["Amount"];
        };
        /** @description What a vault would be if. */
        WhatIf: {
            /** @description Coins that are left over now for its liquidator. */
            deposit: components["schemas"]["Amount"];
            /**
             * @description Most coins that it could still draw, the borrowing fee and the liquidation deposit beside them, as far as the vault
             *     itself goes: its type may have less room. None while there is no price to borrow by.
             */
            drawable?: components["schemas"]["Amount"] | null;
            /** @description Of which state. */
            height: components["schemas"]["Height"];
            /** @description What a liquidation would cost on top of the debt seized: its penalty. */
            penalty: components["schemas"]["Ratio"];
            /** @description At which price of the collateral. */
            price: components["schemas"]["Price"];
            /**
             * @description Most collateral that could be taken out, as far as the vault itself goes: limits of flow may leave less. None while
             *     there is no price to borrow by.
             */
            releasable?: components["schemas"]["Amount"] | null;
            /** @description What its collateral would be worth, USD. */
            value: components["schemas"]["Usd"];
            /** @description The vault as it would be. */
            vault: components["schemas"]["VaultInfo"];
            /** @description Stability fee of a year at the present rate, in coins, rounded up. */
            yearly_fee: components["schemas"]["Amount"];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    get_healthz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            /** @description Refused, and why */
            default: {
                headers: {
                    /** @description Seconds after which to ask again: with 429 and 503 */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    get_metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Refused, and why */
            default: {
                headers: {
                    /** @description Seconds after which to ask again: with 429 and 503 */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    get_openapi_json: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description Refused, and why */
            default: {
                headers: {
                    /** @description Seconds after which to ask again: with 429 and 503 */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    get_readyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            /** @description Refused, and why */
            default: {
                headers: {
                    /** @description Seconds after which to ask again: with 429 and 503 */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    get_accounts_account: {
        parameters: {
            query?: {
                /** @description A recent height; none is the last. */
                height?: number | null;
            };
            header?: never;
            path: {
                /** @description The account's address. */
                account: components["schemas"]["AccountId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description The height of the state that the answer tells of */
                    "ballast-height": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountInfo"];
                };
            };
            /** @description Refused, and why */
            default: {
                headers: {
                    /** @description Seconds after which to ask again: with 429 and 503 */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    get_accounts_account_positions: {
        parameters: {
            query?: {
                /** @description A recent height; none is the last. */
                height?: number | null;
            };
            header?: never;
            path: {
                /** @description The account's address. */
                account: components["schemas"]["AccountId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description The height of the state that the answer tells of */
                    "ballast-height": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Positions"];
                };
            };
            /** @description Refused, and why */
            default: {
                headers: {
                    /** @description Seconds after which to ask again: with 429 and 503 */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    get_assets: {
        parameters: {
            query?: {
                /** @description A recent height; none is the last. */
                height?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description The height of the state that the answer tells of */
                    "ballast-height": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AssetInfo"][];
                };
            };
            /** @description Refused, and why */
            default: {
                headers: {
                    /** @description Seconds after which to ask again: with 429 and 503 */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    get_auctions: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                after?: string | null;
                /** @description A recent height; none is the last. */
                height?: number | null;
                /** @description Most auctions of the page. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description The height of the state that the answer tells of */
                    "ballast-height": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuctionPage"];
                };
            };
            /** @description Refused, and why */
            default: {
                headers: {
                    /** @description Seconds after which to ask again: with 429 and 503 */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    get_auctions_id: {
        parameters: {
            query?: {
                /** @description A recent height; none is the last. */
                height?: number | null;
            };
            header?: never;
            path: {
                /** @description The auction's number. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description The height of the state that the answer tells of */
                    "ballast-height": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuctionInfo"];
                };
            };
            /** @description Refused, and why */
            default: {
                headers: {
                    /** @description Seconds after which to ask again: with 429 and 503 */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    get_blocks_height: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The block's height. */
                height: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description The height of the state that the answer tells of */
                    "ballast-height": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BlockInfo"];
                };
            };
            /** @description Refused, and why */
            default: {
                headers: {
                    /** @description Seconds after which to ask again: with 429 and 503 */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    get_feeds: {
        parameters: {
            query?: {
                /** @description A recent height; none is the last. */
                height?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description The height of the state that the answer tells of */
                    "ballast-height": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FeedInfo"][];
                };
            };
            /** @description Refused, and why */
            default: {
                headers: {
                    /** @description Seconds after which to ask again: with 429 and 503 */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    get_history_events: {
        parameters: {
            query?: {
                /** @description Only events about this account. */
                account?: components["schemas"]["AccountId"] | null;
                /** @description `next` of the page before. */
                after?: string | null;
                /** @description Only events about this auction. */
                auction?: number | null;
                /** @description Only events about this collateral type. */
                collateral_type?: number | null;
                /** @description Only events of this name, as `VaultSeized`. */
                kind?: string | null;
                /** @description Most events of the page. */
                limit?: number;
                /** @description In which order. */
                order?: components["schemas"]["OrderOf2"];
                /** @description Only events about this vault. */
                vault?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventPage"];
                };
            };
            /** @description Refused, and why */
            default: {
                headers: {
                    /** @description Seconds after which to ask again: with 429 and 503 */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    get_history_liquidations: {
        parameters: {
            query?: {
                /** @description Only of this owner's vaults, or called by it. */
                account?: components["schemas"]["AccountId"] | null;
                /** @description `next` of the page before. */
                after?: string | null;
                /** @description Only of this collateral type. */
                collateral_type?: number | null;
                /** @description Most liquidations of the page. */
                limit?: number;
                /** @description In which order. */
                order?: components["schemas"]["OrderOf2"];
                /** @description Only of this vault. */
                vault?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LiquidationPage"];
                };
            };
            /** @description Refused, and why */
            default: {
                headers: {
                    /** @description Seconds after which to ask again: with 429 and 503 */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    get_history_prices: {
        parameters: {
            query: {
                /** @description Seconds of a span, each told by its first, highest, lowest and last price; none is one. */
                every?: number | null;
                /** @description Of which feed. */
                feed: number;
                /** @description From this time on; none is the beginning. `next` of the page before goes on. */
                from?: number | null;
                /** @description Most spans of the page. */
                limit?: number;
                /** @description Before this time; none is the end. */
                to?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PricePage"];
                };
            };
            /** @description Refused, and why */
            default: {
                headers: {
                    /** @description Seconds after which to ask again: with 429 and 503 */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    get_history_transactions: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                after?: string | null;
                /** @description Most transactions of the page. */
                limit?: number;
                /** @description In which order. */
                order?: components["schemas"]["OrderOf2"];
                /** @description Only of this sender. */
                sender?: components["schemas"]["AccountId"] | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PastTransactionPage"];
                };
            };
            /** @description Refused, and why */
            default: {
                headers: {
                    /** @description Seconds after which to ask again: with 429 and 503 */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    get_history_vaults_id: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                after?: string | null;
                /** @description Most blocks of the page. */
                limit?: number;
                /** @description In which order. */
                order?: components["schemas"]["OrderOf2"];
            };
            header?: never;
            path: {
                /** @description The vault's number. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VaultHistory"];
                };
            };
            /** @description Refused, and why */
            default: {
                headers: {
                    /** @description Seconds after which to ask again: with 429 and 503 */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    get_markets: {
        parameters: {
            query?: {
                /** @description A recent height; none is the last. */
                height?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description The height of the state that the answer tells of */
                    "ballast-height": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MarketInfo"][];
                };
            };
            /** @description Refused, and why */
            default: {
                headers: {
                    /** @description Seconds after which to ask again: with 429 and 503 */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    post_observations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignedObservation"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Taken"];
                };
            };
            /** @description Refused, and why */
            default: {
                headers: {
                    /** @description Seconds after which to ask again: with 429 and 503 */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    get_pools: {
        parameters: {
            query?: {
                /** @description A recent height; none is the last. */
                height?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description The height of the state that the answer tells of */
                    "ballast-height": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PoolInfo"][];
                };
            };
            /** @description Refused, and why */
            default: {
                headers: {
                    /** @description Seconds after which to ask again: with 429 and 503 */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    get_proofs: {
        parameters: {
            query: {
                /** @description A recent height; none is the last. */
                height?: number | null;
                /** @description Canonical key: `0x` and hexadecimal digits. */
                key: string;
                /** @description The table's number. */
                table: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description The height of the state that the answer tells of */
                    "ballast-height": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProofInfo"];
                };
            };
            /** @description Refused, and why */
            default: {
                headers: {
                    /** @description Seconds after which to ask again: with 429 and 503 */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    get_status: {
        parameters: {
            query?: {
                /** @description A recent height; none is the last. */
                height?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description The height of the state that the answer tells of */
                    "ballast-height": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
            /** @description Refused, and why */
            default: {
                headers: {
                    /** @description Seconds after which to ask again: with 429 and 503 */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    get_stream: {
        parameters: {
            query?: {
                /** @description Whether every changed record is told too. */
                changes?: boolean;
                /** @description The first height to be told; none is the next. To resume, the last one told and one more. */
                from?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A WebSocket from now on; each message has this shape */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Told"];
                };
            };
            /** @description Not asked for a WebSocket */
            426: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Refused, and why */
            default: {
                headers: {
                    /** @description Seconds after which to ask again: with 429 and 503 */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    get_tickets_id: {
        parameters: {
            query?: {
                /** @description A recent height; none is the last. */
                height?: number | null;
            };
            header?: never;
            path: {
                /** @description The ticket's number. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description The height of the state that the answer tells of */
                    "ballast-height": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketInfo"];
                };
            };
            /** @description Refused, and why */
            default: {
                headers: {
                    /** @description Seconds after which to ask again: with 429 and 503 */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    post_transactions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignedTransaction"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TransactionInfo"];
                };
            };
            /** @description Refused, and why */
            default: {
                headers: {
                    /** @description Seconds after which to ask again: with 429 and 503 */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    post_transactions_batch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignedTransaction"][];
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Brought"][];
                };
            };
            /** @description Refused, and why */
            default: {
                headers: {
                    /** @description Seconds after which to ask again: with 429 and 503 */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    post_transactions_dry_run: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Transaction"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description The height of the state that the answer tells of */
                    "ballast-height": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DryRun"];
                };
            };
            /** @description Refused, and why */
            default: {
                headers: {
                    /** @description Seconds after which to ask again: with 429 and 503 */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    post_transactions_typed_data: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Transaction"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            /** @description Refused, and why */
            default: {
                headers: {
                    /** @description Seconds after which to ask again: with 429 and 503 */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    get_transactions_hash: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The transaction's hash. */
                hash: components["schemas"]["TransactionHash"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TransactionInfo"];
                };
            };
            /** @description Refused, and why */
            default: {
                headers: {
                    /** @description Seconds after which to ask again: with 429 and 503 */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    get_types: {
        parameters: {
            query?: {
                /** @description A recent height; none is the last. */
                height?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description The height of the state that the answer tells of */
                    "ballast-height": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TypeInfo"][];
                };
            };
            /** @description Refused, and why */
            default: {
                headers: {
                    /** @description Seconds after which to ask again: with 429 and 503 */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    get_vaults: {
        parameters: {
            query?: {
                /** @description `next` of the page before; of the same height, where the order is by risk. */
                after?: string | null;
                /** @description Only vaults of this type; the order by risk needs it. */
                collateral_type?: number | null;
                /** @description A recent height; none is the last. */
                height?: number | null;
                /** @description Most vaults of the page. */
                limit?: number;
                /** @description In which order. */
                order?: components["schemas"]["OrderOf"];
                /** @description Only vaults of this owner; in the order by number alone. */
                owner?: components["schemas"]["AccountId"] | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description The height of the state that the answer tells of */
                    "ballast-height": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VaultPage"];
                };
            };
            /** @description Refused, and why */
            default: {
                headers: {
                    /** @description Seconds after which to ask again: with 429 and 503 */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    get_vaults_id: {
        parameters: {
            query?: {
                /** @description A recent height; none is the last. */
                height?: number | null;
            };
            header?: never;
            path: {
                /** @description The vault's number. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description The height of the state that the answer tells of */
                    "ballast-height": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VaultInfo"];
                };
            };
            /** @description Refused, and why */
            default: {
                headers: {
                    /** @description Seconds after which to ask again: with 429 and 503 */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    get_vaults_id_what_if: {
        parameters: {
            query?: {
                /** @description Collateral put in, in base units. */
                deposit?: components["schemas"]["Amount"] | null;
                /** @description Coins drawn. */
                draw?: components["schemas"]["Amount"] | null;
                /** @description A recent height; none is the last. */
                height?: number | null;
                /** @description Price of the collateral in USD; none is what vaults are judged by now. */
                price?: components["schemas"]["Price"] | null;
                /** @description Coins repaid. */
                repay?: components["schemas"]["Amount"] | null;
                /** @description Collateral taken out, in base units. */
                withdraw?: components["schemas"]["Amount"] | null;
            };
            header?: never;
            path: {
                /** @description The vault's number. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description The height of the state that the answer tells of */
                    "ballast-height": number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WhatIf"];
                };
            };
            /** @description Refused, and why */
            default: {
                headers: {
                    /** @description Seconds after which to ask again: with 429 and 503 */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
}
