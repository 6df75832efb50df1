import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { whenLimited, whenSignedOut } from '../api/client.ts';
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

const enrol = createRoute({
  getParentRoute: () => root,
  path: '/enrol',
  component: lazyRouteComponent(() => import('../identity/Enrol.tsx'), 'Enrol'),
});

const lostKey = createRoute({
  getParentRoute: () => root,
  path: '/lost-key',
  component: lazyRouteComponent(() => import('../identity/LostKey.tsx'), 'LostKey'),
});

/** Where a provider leads after a confirmation in a window of its own; the first window then goes on. */
const confirmed = createRoute({
  getParentRoute: () => root,
  path: '/confirmed',
  component: lazyRouteComponent(() => import('../identity/Confirmed.tsx'), 'Confirmed'),
});

/** What a session may do that is not whole yet: report, and become whole. */
const OPEN_TO_LIMITED = /^\/(report\/|second-factor|security|cases\/[^/]+\/filed)/;

/** Everything that needs a signed-in person; without one, to the sign-in page and back here afterwards. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: Shell,
  beforeLoad: async ({ location }) => {
    const session = await queryClient.ensureQueryData(sessionQuery);
    if (!session) throw redirect({ to: '/sign-in', search: { next: location.href } });
    if (session.access === 'limited' && !OPEN_TO_LIMITED.test(location.pathname))
      throw redirect({ to: '/second-factor', search: { next: location.href } });
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
const situation = createRoute({
  getParentRoute: () => inside,
  path: '/situation',
  component: lazyRouteComponent(() => import('../insight/Situation.tsx'), 'Situation'),
});
const campaigns = createRoute({
  getParentRoute: () => inside,
  path: '/campaigns',
  component: lazyRouteComponent(() => import('../insight/Campaigns.tsx'), 'Campaigns'),
});
const cases = createRoute({
  getParentRoute: () => inside,
  path: '/cases',
  component: lazyRouteComponent(() => import('../cases/CaseList.tsx'), 'CaseList'),
});
const support = createRoute({
  getParentRoute: () => inside,
  path: '/support',
  component: lazyRouteComponent(() => import('../cases/Workload.tsx'), 'Workload'),
});
const preparedness = createRoute({
  getParentRoute: () => inside,
  path: '/preparedness',
  component: lazyRouteComponent(() => import('../preparedness/Calls.tsx'), 'Calls'),
});
const newPreparedness = createRoute({
  getParentRoute: () => inside,
  path: '/preparedness/new',
  component: lazyRouteComponent(() => import('../preparedness/NewCall.tsx'), 'NewCall'),
});
const onePreparedness = createRoute({
  getParentRoute: () => inside,
  path: '/preparedness/$callId',
  component: lazyRouteComponent(() => import('../preparedness/Call.tsx'), 'Call'),
});
const procedures = createRoute({
  getParentRoute: () => inside,
  path: '/procedures',
  component: lazyRouteComponent(() => import('../procedures/Procedures.tsx'), 'Procedures'),
});
const analyses = createRoute({
  getParentRoute: () => inside,
  path: '/analyses',
  component: lazyRouteComponent(() => import('../analysis/Analyses.tsx'), 'Analyses'),
});
const writeAnalysis = createRoute({
  getParentRoute: () => inside,
  path: '/analyses/write/$draftId',
  component: lazyRouteComponent(() => import('../analysis/Write.tsx'), 'Write'),
});
const oneAnalysis = createRoute({
  getParentRoute: () => inside,
  path: '/analyses/$analysisId',
  component: lazyRouteComponent(() => import('../analysis/Analysis.tsx'), 'Analysis'),
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
const roster = createRoute({
  getParentRoute: () => inside,
  path: '/roster',
  component: lazyRouteComponent(() => import('../roster/RosterPage.tsx'), 'RosterPage'),
});
const mechanism = createRoute({
  getParentRoute: () => inside,
  path: '/mechanism',
  component: lazyRouteComponent(() => import('../mechanism/Mechanism.tsx'), 'Mechanism'),
});
const centre = createRoute({
  getParentRoute: () => inside,
  path: '/centre',
  component: lazyRouteComponent(() => import('../centre/Centre.tsx'), 'Centre'),
});
const activation = createRoute({
  getParentRoute: () => inside,
  path: '/centre/$activationId',
  component: lazyRouteComponent(() => import('../centre/Activation.tsx'), 'Activation'),
});
const review = createRoute({
  getParentRoute: () => inside,
  path: '/centre/$activationId/review',
  component: lazyRouteComponent(() => import('../centre/Review.tsx'), 'Review'),
});
const meeting = createRoute({
  getParentRoute: () => inside,
  path: '/centre/meetings/$meetingId',
  component: lazyRouteComponent(() => import('../centre/Meeting.tsx'), 'Meeting'),
});
const ladders = createRoute({
  getParentRoute: () => inside,
  path: '/ladders',
  component: lazyRouteComponent(() => import('../ladders/Ladders.tsx'), 'Ladders'),
});
const mailbox = createRoute({
  getParentRoute: () => inside,
  path: '/mailbox',
  component: lazyRouteComponent(() => import('../demo/Mailbox.tsx'), 'Mailbox'),
});

const secondFactor = createRoute({
  getParentRoute: () => inside,
  path: '/second-factor',
  component: lazyRouteComponent(() => import('../identity/SecondFactor.tsx'), 'SecondFactor'),
});
const security = createRoute({
  getParentRoute: () => inside,
  path: '/security',
  component: lazyRouteComponent(() => import('../identity/Security.tsx'), 'Security'),
});
const administration = createRoute({
  getParentRoute: () => inside,
  path: '/administration',
  component: lazyRouteComponent(() => import('../identity/Administration.tsx'), 'Administration'),
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
    enrol,
    lostKey,
    confirmed,
    inside.addChildren([
      home,
      desk,
      situation,
      campaigns,
      cases,
      support,
      preparedness,
      newPreparedness,
      onePreparedness,
      procedures,
      analyses,
      writeAnalysis,
      oneAnalysis,
      oneCase,
      filed,
      inbox,
      roster,
      directory,
      organisation,
      mechanism,
      centre,
      activation,
      review,
      meeting,
      ladders,
      mailbox,
      secondFactor,
      security,
      administration,
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

// The frame sees that nobody is signed in any more, says so, and leads back to this page afterwards.
whenSignedOut(() => queryClient.setQueryData(sessionQuery.queryKey, null));

whenLimited(() => {
  const here = router.state.location;
  if (!OPEN_TO_LIMITED.test(here.pathname))
    router.navigate({ to: '/second-factor', search: { next: here.href } });
});
