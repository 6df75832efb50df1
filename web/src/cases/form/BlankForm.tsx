/** The blank form, to print. */
export function BlankForm() {
  return <main className="page" id="main" tabIndex={-1} />;
}
