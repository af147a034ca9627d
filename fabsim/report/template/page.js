"use strict";
(() => {
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const places = [...document.querySelectorAll(".chart")];

  /** Colours of the page as they are now: light or dark. */
  function colours() {
    const style = getComputedStyle(document.documentElement);
    return (name) => style.getPropertyValue(`--${name}`).trim();
  }

  /** A copy of a specification in which "@name" is the page's colour of that name; data are left alone. */
  function coloured(value, colour) {
    if (typeof value === "string") return value.startsWith("@") ? colour(value.slice(1)) : value;
    if (Array.isArray(value)) return value.map((item) => coloured(item, colour));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, key === "data" || key === "datasets" ? item : coloured(item, colour)]),
    );
  }

  function config(colour) {
    const text = { labelColor: colour("muted"), titleColor: colour("muted"), labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal" };
    return {
      background: "transparent",
      font: getComputedStyle(document.body).fontFamily,
      view: { stroke: null },
      axis: { ...text, gridColor: colour("line"), domainColor: colour("line"), tickColor: colour("line"), titlePadding: 10 },
      legend: { ...text, offset: 8, symbolSize: 90, columnPadding: 14, columns: innerWidth < 640 ? 3 : 6 },
      mark: { color: colour("series1") },
      scale: { barBandPaddingInner: 0.1 },
    };
  }

  function draw() {
    const colour = colours();
    places.forEach((place, number) => {
      const { spec, renderer } = charts[number];
      const options = { mode: "vega-lite", actions: false, renderer, config: config(colour), tooltip: { theme: dark.matches ? "dark" : "light" } };
      vegaEmbed(place, coloured(spec, colour), options).catch((error) => {
        place.textContent = `This chart cannot be drawn: ${error.message}`;
      });
    });
  }

  /** Sort a table by the column whose head was clicked; again to turn it round. */
  function sort(event) {
    const head = event.currentTarget.closest("th");
    const column = head.cellIndex;
    const body = head.closest("table").tBodies[0];
    const down = head.getAttribute("aria-sort") !== "descending";
    for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const value = (row) => row.cells[column].dataset.order;
    const compare = (a, b) =>
      value(a) === undefined || value(b) === undefined
        ? b.cells[column].textContent.localeCompare(a.cells[column].textContent, undefined, { numeric: true })
        : Number(value(b)) - Number(value(a));
    const rows = [...body.rows].sort(compare);
    body.append(...(down ? rows : rows.reverse()));
  }

  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", draw);
  for (const button of document.querySelectorAll("th button")) button.addEventListener("click", sort);
  draw();
})();
