import { readFileSync } from 'node:fs';
import { type RequestHandler, Router } from 'express';
import helmet from 'helmet';
import { pageScript } from './pageScript.ts';

/** Addresses of its pages; the script shows what the address says. */
export const PAGES: readonly string[] = ['/', '/pipeline'];

/** Stricter than that of the API's answers: nothing inline, nothing from elsewhere. No upgrade to https, which is the proxy's. */
const policy = helmet.contentSecurityPolicy({
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
});

/** The dashboard. It holds no data of its own: the page asks the API, with a key where one is needed. */
export function dashboard(): Router {
  const router = Router();
  const document = fileOf('index.html', 'html');
  for (const page of PAGES) router.get(page, policy, document);
  router.get('/dashboard/style.css', fileOf('style.css', 'css'));
  router.get('/dashboard/icon.svg', fileOf('icon.svg', 'svg'));
  router.get('/dashboard/page.js', async (_request, response) => {
    response
      .type('js')
      .set('cache-control', 'no-cache')
      .send(await pageScript());
  });
  return router;
}

function fileOf(name: string, type: string): RequestHandler {
  const text = readFileSync(new URL(`./page/${name}`, import.meta.url), 'utf8');
  return (_request, response) => {
    response.type(type).set('cache-control', 'no-cache').send(text);
  };
}
