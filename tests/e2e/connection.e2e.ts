import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, startTestHost, type TestHost } from './support';
import type { Browser, Page } from 'playwright';

/** Processes whose parent is `pid`, with their command lines. */
function children(pid: number): { pid: number; command: string }[] {
  const listed = spawnSync('ps', ['-o', 'pid=,args=', '--ppid', String(pid)], { encoding: 'utf8' }).stdout;
  return listed.split('\n').map((line) => ({ pid: Number.parseInt(line, 10), command: line })).filter((child) => child.pid > 0);
}

/** The engine is a child of the host, and the host of this process. */
function enginesOf(parent: number): number[] {
  return children(parent).flatMap((host) => children(host.pid)).filter(({ command }) => command.includes('engine.js')).map(({ pid }) => pid);
}

describe.skipIf(process.platform === 'win32' || spawnSync('ps', ['--version']).status !== 0)('a lost engine', () => {
  let host: TestHost;
  let browser: Browser;
  let page: Page;
  let ended = false;

  beforeAll(async () => {
    host = await startTestHost();
    browser = await launchBrowser();
    page = await browser.newPage();
    await page.goto(host.address);
    await page.getByRole('button', { name: /spirals/i }).first().click();
    await page.getByText('Ready to start').waitFor();
    const epochs = page.getByRole('spinbutton', { name: 'Epochs' });
    await epochs.fill('100000');
    await epochs.press('Enter');
    await page.getByText('Ready to start').waitFor();
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByRole('img', { name: /^Loss\. .*Training: \d/ }).waitFor();
  });

  afterAll(async () => {
    await browser?.close();
    if (!ended) await host?.end();
  });

  const step = async (): Promise<number> => {
    const text = await page.getByText('Step', { exact: true }).locator('xpath=following-sibling::dd').first().textContent();
    return Number((text ?? '').replace(/\D/g, ''));
  };

  it('is told, another takes its place, and the run goes on where the curves are', async () => {
    const engines = enginesOf(process.pid);
    expect(engines).toHaveLength(1);
    const before = await step();
    process.kill(engines[0] ?? 0, 'SIGKILL');
    await page.getByText('The engine is starting again').waitFor();
    await page.getByText('The engine is starting again').waitFor({ state: 'detached' });
    await expect.poll(step, { timeout: 60_000 }).toBeGreaterThan(before);
    await page.getByRole('button', { name: 'Pause' }).waitFor();
  });

  it('that does not come back is asked for again and again, and what was shown stays', async () => {
    await host.end();
    ended = true;
    await page.getByText('The engine cannot be reached').waitFor();
    await page.getByRole('button', { name: 'Try now' }).waitFor();
    await page.getByRole('img', { name: /^Loss\. / }).waitFor();
  });
});
