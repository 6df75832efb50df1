/** Starts a draft. */
export function NewReport() {
  return <main className="page" id="main" tabIndex={-1} />;
}
