import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFindings, openWorkbench, type Workbench } from './support';

/** Where pictures of the views are kept, for who wants to look at them. */
const pictures = process.env['BASIN_E2E_PICTURES'];

describe('a population', () => {
  let workbench: Workbench;
  const picture = async (name: string): Promise<void> => {
    if (pictures !== undefined) await workbench.page.screenshot({ path: `${pictures}/${name}.png` });
  };

  beforeAll(async () => {
    workbench = await openWorkbench();
    await workbench.page.getByRole('heading', { name: 'Home' }).waitFor();
  });

  afterAll(() => workbench?.close());

  it('is composed: seeds, and a number that varies', async () => {
    const { page } = workbench;
    await page.getByRole('button', { name: /^moons(?!.population)/i }).first().click();
    await page.getByRole('heading', { name: 'Compose' }).waitFor();
    await page.getByText('Ready to start').waitFor();
    await page.getByRole('switch', { name: 'Train many networks at once' }).click();
    await page.getByText('16 networks').waitFor();
    const seeds = page.getByRole('spinbutton', { name: 'Seeds' });
    await seeds.fill('6');
    await seeds.press('Enter');
    await page.getByText('6 networks').waitFor();
    await page.getByRole('button', { name: 'Vary a number' }).click();
    await page.getByRole('menuitem', { name: /Learning rate/ }).click();
    const values = page.getByRole('textbox', { name: /Learning rate: values/ });
    await values.fill('0.001, 0.1, -1');
    await values.press('Enter');
    await page.getByText('must be above 0, got -1').first().waitFor();
    await picture('compose-mistake');
    await values.fill('0.001, 0.1');
    await values.press('Enter');
    await page.getByText('12 networks').waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByRole('region', { name: 'Parts of the run' }).evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await picture('compose');
  });

  it('trains, with mean and interval of each combination', async () => {
    const { page } = workbench;
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByText('Finished').waitFor();
    await page.getByRole('img', { name: /^Accuracy\. Learning rate 0\.001: [\d.]+, from [\d.]+ to [\d.]+; Learning rate 0\.1: [\d.]+/ }).waitFor();
    await page.getByRole('switch', { name: 'Every member' }).click();
    expect(await accessibilityFindings(page)).toEqual([]);
    await picture('curves');
  });

  it('stands among the runs with the mean and the spread of its members', async () => {
    const { page } = workbench;
    const address = page.url();
    await page.getByRole('link', { name: 'Home' }).first().click();
    await page.getByRole('link', { name: /accuracy, 12 networks\s+[\d.]+ ± [\d.]+/ }).waitFor();
    await picture('home');
    await page.goto(address);
    await page.getByText('Finished').waitFor();
  });

  it('lists its members, and shows one of them', async () => {
    const { page } = workbench;
    await page.getByRole('tab', { name: 'Members' }).click();
    await page.getByRole('button', { name: 'Member 7', exact: true }).click();
    await page.getByRole('heading', { name: 'Member 7' }).waitFor();
    await page.getByText(/seed 1, learning rate 0\.1, finished/).waitFor();
    await page.getByRole('button', { name: /Test accuracy/ }).click();
    expect(await accessibilityFindings(page)).toEqual([]);
    await picture('members');
  });

  it('sets a figure against the number that varies', async () => {
    const { page } = workbench;
    await page.getByRole('tab', { name: 'By number' }).click();
    await page.getByRole('img', { name: /^Accuracy on the test part against Learning rate\. 0\.001: .*; 0\.1: / }).waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await picture('by-number');
  });

  it('judges the chosen member, and draws its surface', async () => {
    const { page } = workbench;
    await page.getByRole('tab', { name: 'Evaluation' }).click();
    await page.getByRole('img', { name: /^Confusion matrix of 2 classes/ }).waitFor();
    expect(await page.getByRole('spinbutton', { name: 'Member' }).inputValue()).toBe('7');
    await picture('evaluation');
    await page.getByRole('tab', { name: 'Members' }).click();
    await page.getByRole('link', { name: 'Surface of this member' }).click();
    await page.getByRole('heading', { name: 'Landscape' }).waitFor();
    await expect.poll(() => page.getByRole('spinbutton', { name: 'Member' }).inputValue()).toBe('7');
    await page.getByRole('button', { name: 'Compute the surface' }).click();
    await page.getByText(/member 7 · /).first().waitFor();
    expect(await page.getByRole('spinbutton', { name: 'Member' }).inputValue()).toBe('7');
    await picture('surface');
  });

  it('makes a member a run of its own', async () => {
    const { page } = workbench;
    await page.goBack();
    await page.getByRole('tab', { name: 'Members' }).click();
    await page.getByRole('button', { name: 'Make it a run of its own' }).click();
    await page.getByText(/member-7/).first().waitFor();
    await page.getByText('Finished').waitFor();
  });

  it('made the browser complain of nothing', () => {
    expect(workbench.problems).toEqual([]);
  });
});
