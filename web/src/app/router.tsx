import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { whenSignedOut } from '../api/client.ts';
import { queryClient, sessionQuery } from '../api/queries.ts';
import { Crashed, NotFound } from './Faults.tsx';
import { Shell } from './Shell.tsx';

/** Filters live in the address bar as plain text; every screen reads the ones it knows. */
type Search = Record<string, string | undefined>;
const plainSearch = (search: Record<string, unknown>): Search =>
  Object.fromEntries(
    Object.entries(search)
      .filter(([, value]) => value !== undefined && value !== null && value !== '')
      .map(([name, value]) => [name, String(value)]),
  );

const root = createRootRoute({
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: Crashed,
  validateSearch: plainSearch,
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  component: lazyRouteComponent(() => import('../identity/SignIn.tsx'), 'SignIn'),
});

const setUp = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(() => import('../identity/SetUp.tsx'), 'SetUp'),
});

const setPassword = createRoute({
  getParentRoute: () => root,
  path: '/password',
  component: lazyRouteComponent(() => import('../identity/SetPassword.tsx'), 'SetPassword'),
});

/** Everything that needs a signed-in person; without one, to the sign-in page and back here afterwards. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: Shell,
  beforeLoad: async ({ location }) => {
    const session = await queryClient.ensureQueryData(sessionQuery);
    if (!session) throw redirect({ to: '/sign-in', search: { next: location.href } });
    return { session };
  },
});

const home = createRoute({
  getParentRoute: () => inside,
  path: '/',
  beforeLoad: ({ context, location }) => {
    // The duty officer's first page is the desk; everybody else's is home, unless he asks for home himself.
    const search = location.search as Search;
    if (search.stay || !context.session.screens.includes('desk')) return;
    throw redirect({ to: '/desk' });
  },
  component: lazyRouteComponent(() => import('../home/Home.tsx'), 'Home'),
});
const desk = createRoute({
  getParentRoute: () => inside,
  path: '/desk',
  component: lazyRouteComponent(() => import('../desk/Desk.tsx'), 'Desk'),
});
const cases = createRoute({
  getParentRoute: () => inside,
  path: '/cases',
  component: lazyRouteComponent(() => import('../cases/CaseList.tsx'), 'CaseList'),
});
const oneCase = createRoute({
  getParentRoute: () => inside,
  path: '/cases/$caseId',
  component: lazyRouteComponent(() => import('../cases/CasePage.tsx'), 'CasePage'),
});
const filed = createRoute({
  getParentRoute: () => inside,
  path: '/cases/$caseId/filed',
  component: lazyRouteComponent(() => import('../cases/Filed.tsx'), 'Filed'),
});
const inbox = createRoute({
  getParentRoute: () => inside,
  path: '/inbox',
  component: lazyRouteComponent(() => import('../delivery/Inbox.tsx'), 'Inbox'),
});
const directory = createRoute({
  getParentRoute: () => inside,
  path: '/directory',
  component: lazyRouteComponent(() => import('../directory/Directory.tsx'), 'Directory'),
});
const organisation = createRoute({
  getParentRoute: () => inside,
  path: '/directory/$organisationId',
  component: lazyRouteComponent(() => import('../directory/OrganisationPage.tsx'), 'OrganisationPage'),
});
const mechanism = createRoute({
  getParentRoute: () => inside,
  path: '/mechanism',
  component: lazyRouteComponent(() => import('../mechanism/Mechanism.tsx'), 'Mechanism'),
});
const mailbox = createRoute({
  getParentRoute: () => inside,
  path: '/mailbox',
  component: lazyRouteComponent(() => import('../demo/Mailbox.tsx'), 'Mailbox'),
});

// The form: screens of cases/form.
const newReport = createRoute({
  getParentRoute: () => inside,
  path: '/report/new',
  component: lazyRouteComponent(() => import('../cases/form/NewReport.tsx'), 'NewReport'),
});
const blankForm = createRoute({
  getParentRoute: () => inside,
  path: '/report/blank',
  component: lazyRouteComponent(() => import('../cases/form/BlankForm.tsx'), 'BlankForm'),
});
const form = createRoute({
  getParentRoute: () => inside,
  path: '/report/$draftId',
  component: lazyRouteComponent(() => import('../cases/form/FormPage.tsx'), 'FormPage'),
});
const report = createRoute({
  getParentRoute: () => inside,
  path: '/cases/$caseId/reports/$ordinal',
  component: lazyRouteComponent(() => import('../cases/form/ReportPage.tsx'), 'ReportPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    setUp,
    setPassword,
    inside.addChildren([
      home,
      desk,
      cases,
      oneCase,
      filed,
      inbox,
      directory,
      organisation,
      mechanism,
      mailbox,
      newReport,
      blankForm,
      form,
      report,
    ]),
  ]),
  // Plain `?level=A&q=...`: an address people can read, send and type.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const text = new URLSearchParams(plainSearch(search) as Record<string, string>).toString();
    return text ? `?${text}` : '';
  },
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

whenSignedOut(() => {
  queryClient.setQueryData(sessionQuery.queryKey, null);
  const here = router.state.location;
  if (here.pathname !== '/sign-in')
    router.navigate({ to: '/sign-in', search: { next: here.href, ended: 'yes' } });
});
