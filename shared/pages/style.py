"""The style sheet of a report: sober on a screen, and on A4."""

from typing import Final

LIVE: Final = "#7b8794"
CANDIDATE: Final = "#1f4e8c"
EXPECTED: Final = "#cbd2d9"
ALARM: Final = "#9b2c2c"
GOODS: Final = "#7fb8a4"
BADS: Final = "#a63d40"

STYLE: Final = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #f4f5f7; color: #1f2933; font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto,
  "Helvetica Neue", "Noto Sans", Arial, sans-serif; }
main { max-width: 1000px; margin: 0 auto; padding: 40px 48px 64px; background: #fff; }
header { border-bottom: 3px solid #1f4e8c; padding-bottom: 20px; margin-bottom: 24px; }
h1 { font-size: 28px; line-height: 1.2; margin: 2px 0 14px; letter-spacing: -0.01em; }
h2 { font-size: 20px; margin: 44px 0 10px; padding-top: 14px; border-top: 1px solid #d9dee4; letter-spacing: -0.005em; }
h3 { font-size: 16px; margin: 26px 0 8px; }
h4 { font-size: 14px; margin: 14px 0 4px; }
p { margin: 0 0 10px; max-width: 76ch; }
.kicker { text-transform: uppercase; letter-spacing: 0.09em; font-size: 12px; color: #52606d; margin: 0; }
.note, caption, .figure figcaption { color: #52606d; font-size: 13px; }
.lead { font-size: 17px; line-height: 1.5; }
.lead p { margin-bottom: 8px; }
dl.versions { display: grid; grid-template-columns: max-content 1fr; gap: 3px 18px; margin: 0 0 12px; font-size: 14px; }
dl.versions dt { color: #52606d; }
dl.versions dd { margin: 0; overflow-wrap: anywhere; }
code { font: 12.5px/1.4 ui-monospace, "SFMono-Regular", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.warnings { border: 1px solid #dfc27d; border-left: 5px solid #b7791f; background: #fffaf0; padding: 12px 18px 10px;
  margin: 18px 0 0; }
.warnings h2 { border: 0; margin: 0 0 6px; padding: 0; font-size: 15px; }
.warnings ul { margin: 0; padding-left: 20px; }
.warnings li { margin: 3px 0; }
.cards { display: grid; grid-template-columns: repeat(4, 1fr); gap: 12px; margin: 22px 0 8px; padding: 0; }
.card { border: 1px solid #d9dee4; padding: 12px 14px; }
.card .name { font-size: 12.5px; color: #52606d; margin: 0; }
.card .now { font-size: 23px; font-weight: 650; margin: 2px 0 0; font-variant-numeric: tabular-nums;
  letter-spacing: -0.01em; }
.card .was { font-size: 12.5px; color: #52606d; margin: 0; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: 8px 0 14px; font-size: 13.5px;
  font-variant-numeric: tabular-nums; }
caption { text-align: left; padding: 0 0 6px; }
th, td { padding: 5px 9px; text-align: right; vertical-align: top; border-bottom: 1px solid #e4e8ec; }
thead th { border-bottom: 2px solid #9aa5b1; font-weight: 600; vertical-align: bottom; }
thead th[scope=colgroup] { text-align: center; border-bottom: 1px solid #cbd2d9; }
td { white-space: nowrap; }
th[scope=row], td.text, th.text { text-align: left; white-space: normal; overflow-wrap: break-word; max-width: 34ch; }
th[scope=row], td.text { font-weight: 400; }
tbody th[scope=row] { min-width: 13ch; font-weight: 500; }
tr.total th, tr.total td, td.total, th.total { font-weight: 650; }
td small, th small { display: block; color: #52606d; font-size: 12px; font-weight: 400; }
td.below { color: #9b2c2c; font-weight: 650; }
table.matrix td, table.matrix th { padding: 8px 10px; }
table.matrix td.cell { border: 1px solid #fff; }
table.matrix td.same { outline: 2px solid #7b8794; outline-offset: -3px; }
td.h0 { background: #fff; color: #616e7c; }
td.h1 { background: #eef3f9; } td.h2 { background: #d9e5f2; } td.h3 { background: #bdd2e9; }
td.h4 { background: #97b8dc; } td.h5 { background: #3f6fa8; color: #fff; }
td.h5 small { color: #fff; } td.h3 small, td.h4 small { color: #323f4b; }
figure { margin: 12px 0 18px; break-inside: avoid; }
svg { display: block; width: 100%; height: auto; }
svg text { font-family: inherit; fill: #1f2933; font-size: 13px; }
svg text.soft { fill: #52606d; font-size: 12px; }
svg text.mark { fill: #9b2c2c; font-size: 12px; font-weight: 650; }
svg text.inside { fill: #fff; }
svg text.dark { fill: #1f2933; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 4px 0 0; padding: 0; list-style: none;
  font-size: 13px; }
.legend svg { display: inline-block; width: 12px; height: 12px; margin-right: 6px; vertical-align: -1px; }
.two { display: grid; grid-template-columns: 1fr 1fr; gap: 0 32px; }
.example { border: 1px solid #cbd2d9; margin: 14px 0; padding: 14px 18px; }
.example h4 { margin: 0 0 2px; }
.example .facts { font-size: 13px; color: #323f4b; max-width: none; }
.example .facts b { font-weight: 500; color: #52606d; }
.answer { border-top: 3px solid #7b8794; padding-top: 8px; min-width: 0; }
.answer.candidate { border-top-color: #1f4e8c; }
.answer ul { margin: 4px 0 8px; padding-left: 18px; font-size: 13px; }
.answer li { margin: 2px 0; overflow-wrap: anywhere; }
.answer .said { font-weight: 650; margin: 0 0 4px; }
details { font-size: 13px; margin: 6px 0; }
summary { cursor: pointer; color: #1f4e8c; }
details table { font-size: 12px; }
a { color: #1f4e8c; }
nav { font-size: 13.5px; margin: 18px 0 0; display: flex; flex-wrap: wrap; gap: 2px 18px; }
footer { margin-top: 48px; border-top: 1px solid #d9dee4; padding-top: 10px; color: #52606d; font-size: 12.5px; }
.signatures td { height: 44px; min-width: 9ch; }
@media screen and (max-width: 760px) {
  main { padding: 24px 18px; }
  .cards { grid-template-columns: repeat(2, 1fr); }
  .two { grid-template-columns: 1fr; }
  figure { overflow-x: auto; }
  figure > svg[viewBox^="0 0 900"] { min-width: 640px; }
}
@page { size: A4; margin: 14mm 13mm; }
@media print {
  body { background: #fff; font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  nav, details { display: none; }
  h2 { margin-top: 24px; }
  h2, h3, h4, caption, figcaption, tr.total { break-after: avoid; }
  tr, .card, .answer, .warnings, table.whole { break-inside: avoid; }
  table { font-size: 8.5pt; }
  th, td { padding: 3px 5px; }
  .scroll { overflow: visible; }
  thead { display: table-header-group; }
  .lead { font-size: 12pt; }
  .example { break-inside: avoid; padding: 8px 12px; }
  .example .facts, .example .answer ul { font-size: 8pt; line-height: 1.35; }
  .example h4, .example .said { font-size: 9.5pt; }
  .card { padding: 8px 10px; }
  .card .now { font-size: 15pt; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
"""
