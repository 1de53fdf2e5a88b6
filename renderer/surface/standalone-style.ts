/** The saved page's look: it stands alone, so it brings its own. */
export const pageStyle = `
:root { --bg: #fff; --text: #14181b; --quiet: #4d5860; --line: #c3cacf; --control: #fff; }
:root[data-theme='dark'] { --bg: #14181b; --text: #e8ecef; --quiet: #a5b0b8; --line: #38424a; --control: #1a1f23; color-scheme: dark; }
:root[data-theme='light'] { color-scheme: light; }
html, body { background: var(--bg); color: var(--text); }
#surface { display: grid; grid-template-rows: auto 1fr auto; height: 100%; }
header { padding: 16px 24px 0; }
h1 { font-size: 17px; font-weight: 600; margin: 0; }
header p { margin: 2px 0 0; color: var(--quiet); font-size: 12.5px; font-variant-numeric: tabular-nums; }
.stage { min-height: 0; position: relative; overflow: hidden; }
.panes { display: grid; grid-template-columns: 1fr 1fr; grid-auto-rows: minmax(0, 1fr); min-height: 0; gap: 8px; }
.panes-3 { grid-template-columns: 1fr 1fr 1fr; }
.panes section { display: flex; flex-direction: column; min-width: 0; min-height: 0; padding: 8px 0 0 24px; }
.panes h2 { font-size: 14px; font-weight: 600; margin: 0; }
.panes p { margin: 0; color: var(--quiet); font-size: 12px; font-variant-numeric: tabular-nums; }
.panes .stage { flex: 1; }
.bar { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; padding: 10px 24px 14px; font-size: 13px; }
.bar label { display: inline-flex; gap: 6px; align-items: center; color: var(--quiet); }
.bar select, .bar button { font: inherit; color: var(--text); background: var(--control); border: 1px solid var(--line); border-radius: 6px; padding: 4px 10px; }
.bar button { cursor: pointer; }
.bar input[type=range] { width: 220px; }
.bar .moment { min-width: 220px; font-variant-numeric: tabular-nums; }
.bar .levels { display: inline-flex; flex-wrap: wrap; gap: 8px 16px; }
.bar output { min-width: 96px; font-variant-numeric: tabular-nums; }
.bar [hidden] { display: none; }
.bar .hint { color: var(--quiet); margin-left: auto; }
canvas:focus-visible, .bar :focus-visible { outline: 2px solid #0a84a0; outline-offset: -2px; }
`;
