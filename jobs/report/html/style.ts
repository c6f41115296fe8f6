/** The page's style: light and dark as the reader has it, one column on a phone, two of charts where there is room. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2330; --quiet: #5b6577; --paper: #fbfbfd; --card: #fff; --line: #dfe3ea;
  --one: #1f62c9; --two: #c2410c; --three: #0f766e; --dim: #94a0b4; --good: #0f6b3c; --bad: #a3231f; --unsure: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --quiet: #a3adbd; --paper: #12151b; --card: #191e27; --line: #303846;
  --one: #7fb0ff; --two: #ffa463; --three: #5fd3c3; --dim: #6f7b8f; --good: #71d69b; --bad: #ff9a94; --unsure: #ecc064; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1060px; padding: 24px 16px 64px; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 8px; }
h2 { font-size: 1.25rem; margin: 48px 0 8px; padding-top: 16px; border-top: 2px solid var(--line); }
h3 { font-size: 1.05rem; margin: 32px 0 8px; }
p { max-width: 76ch; margin: 8px 0; }
.verdict { font-size: 1.1rem; font-weight: 600; border-left: 5px solid var(--quiet); padding: 4px 0 4px 12px; }
.verdict.skill { border-color: var(--good); } .verdict.none { border-color: var(--bad); } .verdict.unconfirmed, .verdict.unknown { border-color: var(--unsure); }
.quiet, figure .about { color: var(--quiet); font-size: .92rem; }
ul { padding-left: 20px; } li { margin: 4px 0; max-width: 76ch; }
.charts { display: grid; gap: 16px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 420px), 1fr)); }
figure { margin: 0; padding: 12px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; min-width: 0; }
figcaption { font-weight: 600; margin-bottom: 6px; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--quiet); font-size: 11px; font-family: inherit; } svg .ranks text { fill: var(--ink); } svg .ranks .value { fill: var(--quiet); }
.grid { stroke: var(--line); stroke-width: 1; } .level { stroke: var(--quiet); stroke-width: 1; stroke-dasharray: 4 3; }
.tone-1 { --tone: var(--one); } .tone-2 { --tone: var(--two); } .tone-3 { --tone: var(--three); } .tone-quiet { --tone: var(--dim); } .tone-level { --tone: var(--quiet); }
.line { fill: none; stroke: var(--tone); stroke-width: 1.8; stroke-linejoin: round; } .dots circle, .bars rect, .ranks rect { fill: var(--tone); }
.whiskers line { stroke: var(--tone); stroke-width: 1.4; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 6px 0 0; padding: 0; font-size: .85rem; }
.legend li::before { content: ""; display: inline-block; width: 12px; height: 4px; margin-right: 6px; vertical-align: middle; background: var(--tone); }
details { margin-top: 6px; } summary { cursor: pointer; color: var(--quiet); font-size: .92rem; }
.scroll { overflow-x: auto; margin: 8px 0 16px; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--quiet); padding: 4px 0; }
th, td { padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; vertical-align: top; }
th:first-child { text-align: left; font-weight: 500; }
footer { margin-top: 48px; color: var(--quiet); font-size: .9rem; }
@media (max-width: 560px) { th, td { white-space: normal; } }
@media print { body { max-width: none; } details > * { display: block; } }
`;
