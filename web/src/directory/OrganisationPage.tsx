/** One body. */
export function OrganisationPage() {
  return <main className="page" id="main" tabIndex={-1} />;
}
