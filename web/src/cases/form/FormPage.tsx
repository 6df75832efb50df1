/** The form. */
export function FormPage() {
  return <main className="page" id="main" tabIndex={-1} />;
}
