// A run's page. Charts: lightweight-charts draws from the table that "Show as table" shows, so there is one source for both.
(() => {
  const L = window.LightweightCharts;
  const drawn = new Map();
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  // A row of the table: session, open, high, low, close, volume, SMA 50, SMA 200.
  const rowsOf = (table) => [...table.tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim()));
  const readNumber = (text) => (text === "" ? undefined : Number(text.replaceAll(",", "")));
  const lineOf = (rows, column) => rows.map((row) => ({ time: row[0], value: readNumber(row[column]) })).filter((point) => point.value !== undefined);
  const candlesOf = (rows) => rows.map((row) => ({ time: row[0], open: readNumber(row[1]), high: readNumber(row[2]), low: readNumber(row[3]), close: readNumber(row[4]) }));
  const volumesOf = (rows) => rows.map((row) => ({ time: row[0], value: readNumber(row[5]), color: colour(readNumber(row[4]) >= readNumber(row[1]) ? "--hub-gain-soft" : "--hub-loss-soft") }));

  const frame = (box) => L.createChart(box, {
    autoSize: true, handleScroll: false, handleScale: false,
    layout: { background: { color: "transparent" }, textColor: colour("--hub-mut"), fontFamily: "Inter, system-ui, sans-serif", fontSize: 11, attributionLogo: false },
    grid: { vertLines: { visible: false }, horzLines: { color: colour("--hub-line") } },
    rightPriceScale: { borderVisible: false, scaleMargins: { top: .06, bottom: .2 } },
    timeScale: { borderVisible: false, fixLeftEdge: true, fixRightEdge: true },
    crosshair: { vertLine: { labelVisible: true }, horzLine: { labelVisible: true } },
    kineticScroll: { touch: !still(), mouse: false },
  });

  const exit = (series, price, title, name) => {
    if (price) series.createPriceLine({ price: Number(price), title, color: colour(name), lineWidth: 1, lineStyle: L.LineStyle.Dashed, axisLabelVisible: true });
  };

  const candles = (box, rows) => {
    const chart = frame(box);
    const volume = chart.addSeries(L.HistogramSeries, { priceScaleId: "volume", priceLineVisible: false, lastValueVisible: false });
    volume.setData(volumesOf(rows));
    chart.priceScale("volume").applyOptions({ scaleMargins: { top: .86, bottom: 0 } });
    const up = colour("--hub-bar-4"), down = colour("--hub-bar-6");
    const { stop, target } = box.dataset;
    const series = chart.addSeries(L.CandlestickSeries, {
      upColor: up, borderUpColor: up, wickUpColor: up, downColor: down, borderDownColor: down, wickDownColor: down, priceLineVisible: false, lastValueVisible: false,
      // The exits belong to the picture even where no bar has come near them.
      autoscaleInfoProvider: (original) => widened(original(), [stop, target].filter(Boolean).map(Number)),
    });
    series.setData(candlesOf(rows));
    chart.addSeries(L.LineSeries, { color: colour("--hub-bar-1"), lineWidth: 1.5, priceLineVisible: false, lastValueVisible: false, crosshairMarkerVisible: false }).setData(lineOf(rows, 6));
    chart.addSeries(L.LineSeries, { color: colour("--hub-bar-5"), lineWidth: 1.5, lineStyle: L.LineStyle.LargeDashed, priceLineVisible: false, lastValueVisible: false, crosshairMarkerVisible: false }).setData(lineOf(rows, 7));
    exit(series, stop, "stop", "--hub-bar-6");
    exit(series, target, "target", "--hub-bar-4");
    chart.timeScale().fitContent();
    return chart;
  };

  const widened = (info, prices) => {
    if (!info || !prices.length) return info;
    const { minValue, maxValue } = info.priceRange;
    return { ...info, priceRange: { minValue: Math.min(minValue, ...prices), maxValue: Math.max(maxValue, ...prices) } };
  };

  const draw = (box) => {
    const table = document.getElementById(box.dataset.table);
    if (!table || !L) { box.hidden = true; return; }
    drawn.get(box)?.remove();
    drawn.set(box, candles(box, rowsOf(table)));
  };

  const drawAll = () => {
    for (const [box, chart] of drawn) if (!box.isConnected) { chart.remove(); drawn.delete(box); }
    for (const box of document.querySelectorAll("[data-chart=candles]")) if (!drawn.has(box)) draw(box);
  };

  // Of many tabs on a narrow screen, the current one stays in sight.
  const inSight = () => document.querySelector(".hub-tabs [aria-current]")?.scrollIntoView({ inline: "nearest", block: "nearest" });

  drawAll();
  inSight();
  document.addEventListener("htmx:after:swap", drawAll);
  document.addEventListener("hub:theme", () => { for (const box of [...drawn.keys()]) draw(box); });

  // "and copy it": text that is too long for an attribute.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy-from]");
    const source = button && document.getElementById(button.dataset.copyFrom);
    if (!source) return;
    navigator.clipboard?.writeText(source.textContent).then(() => document.dispatchEvent(new CustomEvent("hub:say", { detail: "Copied" })));
  });
})();
