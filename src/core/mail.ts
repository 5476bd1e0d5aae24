// Port of outgoing mail.

export type MailAttachment = {
  readonly filename: string;
  readonly contentType: string;
  readonly content: Uint8Array;
};

export type MailMessage = {
  readonly to: readonly string[];
  readonly bcc?: readonly string[];
  /** `address` or `Name <address>`, instead of the usual sender. */
  readonly from?: string;
  readonly subject: string;
  readonly text: string;
  readonly html?: string;
  readonly attachments?: readonly MailAttachment[];
};

export interface Mail {
  /**
   * Resolves when the mail server took it.
   * Errors: Problem `unavailable` when it did not.
   */
  send(message: MailMessage): Promise<void>;
}
