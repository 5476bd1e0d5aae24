// The log of the API gateway that hits are imported from: where it is, and what proves that we may read it.

export type GatewayLog = {
  /** Address of its management API, http or https. */
  readonly endpoint: string;
  readonly token: string;
  /** Which of its APIs is ours. */
  readonly kongApiId: string;
};

/** Whether the log answers to its token. Errors: none; a gateway that cannot be reached does not answer. */
export type CheckGateway = (gateway: GatewayLog) => Promise<boolean>;

/** Names a log: the same one may move to another address. */
export const logName = ({ kongApiId }: Pick<GatewayLog, "kongApiId">): string => `kong ${kongApiId}`;
