// What a node with an index answers about the past, as far as a vault's page reads it.

/** A vault after a block that touched it. */
interface VaultMoment {
  height: number;
  time: number;
  what: string[];
  collateral: string;
  debt: string;
  price?: string | null;
  ratio?: string | null;
}

export interface VaultHistory {
  /** The history tells of blocks above this one. */
  begins: number;
  moments: VaultMoment[];
}

export interface LiquidationPage {
  liquidations: { height: number; time: number; seq: number; explanation: string }[];
}
