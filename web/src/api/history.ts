// What a node with an index answers about the past, as far as the dashboard reads it.

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

/** What a feed said, in spans of time. */
export interface PricePage {
  /** The beginning of each span, and the first price in it. */
  prices: { time: number; open: string }[];
}

export interface LiquidationPage {
  liquidations: { height: number; time: number; seq: number; explanation: string }[];
}
