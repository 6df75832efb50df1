import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './api/queries.ts';
import { router } from './app/router.tsx';
import { LangProvider } from './ui/lang.tsx';
import { AnnouncerProvider } from './ui/live.tsx';
import './ui/tokens.css';
import './ui/base.css';
import './ui/components.css';
import './ui/print.css';

// The font's 200 unicode ranges are a large style sheet; the page is readable before it arrives.
import('./ui/fonts.css');

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <LangProvider>
          <AnnouncerProvider>
            <RouterProvider router={router} />
          </AnnouncerProvider>
        </LangProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}
