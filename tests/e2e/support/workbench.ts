import type { Browser, BrowserContextOptions, Page } from 'playwright';
import { launchBrowser } from './browser';
import { startTestHost, type TestHost } from './host';

/** The whole program, as a user has it open. */
export interface Workbench {
  readonly host: TestHost;
  readonly browser: Browser;
  readonly page: Page;
  /**
   * What went wrong in the page since it was opened: errors, warnings of the content-security policy, requests that
   * failed, and requests to anywhere but the host. A test ends with `expect(workbench.problems).toEqual([])`.
   */
  readonly problems: string[];
  close(): Promise<void>;
}

/** Starts the host and opens its page in a real browser; `await workbench.close()` in `afterAll` ends both. */
export async function openWorkbench(options: BrowserContextOptions = {}): Promise<Workbench> {
  const host = await startTestHost();
  let browser: Browser | undefined;
  const close = async (): Promise<void> => {
    await browser?.close();
    await host.end();
  };
  try {
    browser = await launchBrowser();
    const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, reducedMotion: 'reduce', ...options });
    context.setDefaultTimeout(60_000); // a busy machine is not a wrong window
    const page = await context.newPage();
    const problems = watch(page, new URL(host.address).origin);
    await page.goto(host.address);
    return { host, browser, page, problems, close };
  } catch (error) {
    // A page that does not open must not leave its host and browser behind.
    await close();
    throw error;
  }
}

/** Notes everything that a quiet page does not do. */
export function watch(page: Page, origin: string): string[] {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(`${message.type()}: ${message.text()}`);
  });
  page.on('request', (request) => {
    const address = new URL(request.url());
    const own = address.origin === origin || address.protocol === 'data:' || address.protocol === 'blob:';
    if (!own) problems.push(`asked the network for ${request.url()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()} for ${response.url()}`);
  });
  return problems;
}
