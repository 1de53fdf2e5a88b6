import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFindings, openWorkbench, type Workbench } from './support';

describe('the window', () => {
  let workbench: Workbench;

  beforeAll(async () => {
    workbench = await openWorkbench();
  });

  afterAll(() => workbench?.close());

  it('opens on Home, without a word of complaint from the browser', async () => {
    const { page, problems } = workbench;
    await page.getByRole('heading').first().waitFor();
    expect(await page.title()).toContain('Basin');
    expect(problems).toEqual([]);
  });

  it('took the token out of the address', () => {
    expect(new URL(workbench.page.url()).search).toBe('');
  });

  it('is clean to axe', async () => {
    expect(await accessibilityFindings(workbench.page)).toEqual([]);
  });

  it('refuses foreign scripts: inline ones and eval', async () => {
    const { page, problems } = workbench;
    const ran = await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.intruder = true;';
      document.body.append(script);
      const intruder = 'intruder' in globalThis;
      script.remove();
      return intruder;
    });
    expect(ran).toBe(false);
    expect(problems.splice(0).join()).toContain('Content Security Policy');
  });

  it('shows nothing to who comes without the token, or with one that was used', async () => {
    const other = await workbench.browser.newContext();
    const page = await other.newPage();
    const { origin } = new URL(workbench.host.address);
    expect((await page.goto(origin))?.status()).toBe(401);
    expect((await page.goto(workbench.host.address))?.status()).toBe(403);
    await other.close();
  });
});
