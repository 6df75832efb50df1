/** The mechanism as a readable document. */
export function Mechanism() {
  return <main className="page" id="main" tabIndex={-1} />;
}
