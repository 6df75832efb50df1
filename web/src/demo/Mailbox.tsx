/** The demonstration's mailbox. */
export function Mailbox() {
  return <main className="page" id="main" tabIndex={-1} />;
}
