/** An address that is refused for a while. */
export interface Block {
  /** An address, or the /64 of an IPv6 address. */
  source: string;
  since_ms: number;
  until_ms: number;
  /** The code of the refusal that was one too many. */
  trigger: string;
}

/** `GET /blocks` */
export interface BlocksPage {
  blocks: Block[];
  more: boolean;
}
