// Charts: lightweight-charts draws from the table that "Show as table" shows, so there is one source for both.
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
    layout: { background: { color: "transparent" }, textColor: colour("--hub-mut"), fontFamily: "Inter, system-ui, sans-serif", fontSize: 11, attributionLogo: false, panes: { separatorColor: colour("--hub-line"), enableResize: false } },
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
    mark(series, box, rows);
    chart.timeScale().fitContent();
    return chart;
  };

  // Trades beside the candles: each row of their table tells its symbol, its sessions and how it ended.
  const mark = (series, box, rows) => {
    const trades = box.dataset.trades && document.getElementById(box.dataset.trades);
    if (!trades) return;
    const seen = new Set(rows.map((row) => row[0]));
    const marks = [...trades.tBodies[0].rows].filter((row) => row.dataset.symbol === box.dataset.symbol).flatMap(({ dataset: { entered, left, how } }) => [
      { time: entered, position: "belowBar", shape: "arrowUp", color: colour("--hub-bar-1"), text: "in" },
      ...(left ? [{ time: left, position: "aboveBar", shape: "arrowDown", color: colour(how === "stop" ? "--hub-bar-6" : "--hub-bar-4"), text: how }] : []),
    ]);
    L.createSeriesMarkers(series, marks.filter((each) => seen.has(each.time)).sort((one, other) => (one.time < other.time ? -1 : 1)));
  };

  // A row of the table: session, equity as a change in percent, drawdown in percent below the peak.
  const percents = { type: "custom", minMove: .01, formatter: (value) => `${value.toFixed(2)} %` };
  const equity = (box, rows) => {
    const chart = frame(box);
    const plain = { priceLineVisible: false, priceFormat: percents };
    chart.addSeries(L.BaselineSeries, {
      ...plain, baseValue: { type: "price", price: 0 }, lineWidth: 1.5,
      topLineColor: colour("--hub-bar-4"), topFillColor1: colour("--hub-gain-soft"), topFillColor2: colour("--hub-gain-soft"),
      bottomLineColor: colour("--hub-bar-6"), bottomFillColor1: colour("--hub-loss-soft"), bottomFillColor2: colour("--hub-loss-soft"),
    }).setData(lineOf(rows, 1));
    chart.addSeries(L.AreaSeries, {
      ...plain, invertFilledArea: true, lineWidth: 1, lineColor: colour("--hub-bar-6"), topColor: colour("--hub-loss-soft"), bottomColor: colour("--hub-loss-soft"),
    }, 1).setData(lineOf(rows, 2));
    const [, below] = chart.panes();
    below?.setHeight(Math.round(box.clientHeight * .3));
    for (const pane of chart.panes()) pane.priceScale("right").applyOptions({ scaleMargins: { top: .08, bottom: .08 } });
    chart.timeScale().fitContent();
    return chart;
  };

  const widened = (info, prices) => {
    if (!info || !prices.length) return info;
    const { minValue, maxValue } = info.priceRange;
    return { ...info, priceRange: { minValue: Math.min(minValue, ...prices), maxValue: Math.max(maxValue, ...prices) } };
  };

  const kinds = { candles, equity };

  const draw = (box) => {
    const table = document.getElementById(box.dataset.table);
    if (!table || !L) { box.hidden = true; return; }
    drawn.get(box)?.remove();
    drawn.set(box, kinds[box.dataset.chart](box, rowsOf(table)));
  };

  const drawAll = () => {
    for (const [box, chart] of drawn) if (!box.isConnected) { chart.remove(); drawn.delete(box); }
    for (const box of document.querySelectorAll("[data-chart]")) if (!drawn.has(box)) draw(box);
  };

  // Of many tabs on a narrow screen, the current one stays in sight; the page itself stays where it is.
  const inSight = () => {
    const tab = document.querySelector(".hub-tabs [aria-current]"), strip = tab?.closest(".hub-tabs");
    if (strip) strip.scrollLeft = Math.max(0, tab.offsetLeft - strip.offsetLeft + tab.offsetWidth - strip.clientWidth);
  };

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
