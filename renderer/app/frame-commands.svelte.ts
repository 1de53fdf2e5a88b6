import Moon from '@lucide/svelte/icons/moon';
import Play from '@lucide/svelte/icons/play';
import Sun from '@lucide/svelte/icons/sun';
import SunMoon from '@lucide/svelte/icons/sun-moon';
import { host } from '../host.svelte';
import { useCommands } from './commands.svelte';
import { notices } from './notices.svelte';
import { router } from './router.svelte';
import { runList } from './run-list.svelte';
import { theme, type ThemeChoice } from './theme.svelte';

/** More runs than this are found on Home. */
const listedRuns = 20;

/** Shows a theme now and lets the engine remember it. */
export function chooseTheme(choice: ThemeChoice): void {
  theme.choice = choice;
  host.client.app.settings.set({ theme: choice }).catch((error: unknown) => notices.failure('The theme was not remembered', error));
}

/** Commands that are open whatever is shown: appearance and the runs. */
export function useFrameCommands(): void {
  useCommands(() => [
    { id: 'theme.light', title: 'Use the light theme', group: 'Appearance', icon: Sun, run: () => chooseTheme('light') },
    { id: 'theme.dark', title: 'Use the dark theme', group: 'Appearance', icon: Moon, run: () => chooseTheme('dark') },
    { id: 'theme.system', title: "Use the system's theme", group: 'Appearance', icon: SunMoon, run: () => chooseTheme('system') },
  ]);
  useCommands(() =>
    runList.all.slice(0, listedRuns).map((run) => ({
      id: `run.${run.id}`,
      title: `Open ${run.name}`,
      group: 'Runs',
      keywords: [run.title, run.state],
      icon: Play,
      run: () => router.go('train', run.id),
    })),
  );
}
