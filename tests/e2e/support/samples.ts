import type { Page } from 'playwright';

/** From Home's samples to a trained network: opens the sample of this name, starts it and waits until it has finished. */
export async function trainSample(page: Page, name: RegExp): Promise<void> {
  await page.getByRole('link', { name: 'See the samples' }).click();
  await page.getByRole('button', { name }).first().click();
  await page.getByText('Ready to start').waitFor();
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByText('Finished').waitFor({ timeout: 120_000 });
}

/** Writes a number into a field, as by hand. */
export async function setNumber(page: Page, name: string, value: string): Promise<void> {
  const field = page.getByRole('spinbutton', { name });
  await field.fill(value);
  await field.press('Enter');
}
