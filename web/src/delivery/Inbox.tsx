/** Notices to the reader's posts. */
export function Inbox() {
  return <main className="page" id="main" tabIndex={-1} />;
}
