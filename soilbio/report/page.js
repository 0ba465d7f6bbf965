(() => {
  "use strict";
  const INK = "#2b2622", RULE = "#e4dfd8";
  const axis = { gridcolor: RULE, linecolor: "#8c8279", zerolinecolor: "#b8afa5", ticks: "outside", tickcolor: "#8c8279" };
  const template = { layout: {
    font: { family: 'system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif', size: 12.5, color: INK },
    margin: { l: 8, r: 14, t: 10, b: 8 }, paper_bgcolor: "#fff", plot_bgcolor: "#fff",
    hoverlabel: { bgcolor: "#fff", bordercolor: INK, font: { color: INK } },
    legend: { font: { size: 12 } }, xaxis: axis, yaxis: axis,
  } };
  const isTouch = matchMedia("(pointer: coarse)").matches;
  const figures = new Map();

  const figuresOf = (plot) => {
    if (!figures.has(plot.id)) {
      figures.set(plot.id, JSON.parse(document.getElementById(`${plot.id}-figures`).textContent));
    }
    return figures.get(plot.id);
  };

  const layoutOf = (chosen, width) => {
    const layout = { ...chosen.layout, template, width };
    // A finger that meets a plot scrolls the page; zooming is for those with a pointer.
    if (isTouch || window.innerWidth < 600) layout.dragmode = false;
    return layout;
  };

  const draw = (panel, width) => {
    const selects = [...panel.querySelectorAll("select")];
    const key = selects.map((select) => select.value).join(" ");
    const shown = panel.querySelector(".shown");
    if (shown) {
      shown.textContent = selects.filter((one) => one.options.length > 1)
        .map((one) => `${one.parentElement.firstChild.textContent.trim()}: ${one.selectedOptions[0].text}`)
        .join(" · ");
    }
    for (const plot of panel.querySelectorAll(".plot")) {
      const chosen = figuresOf(plot)[key];
      if (!chosen) {
        Plotly.purge(plot);
        plot.innerHTML = "<p>Not available for this choice.</p>";
        continue;
      }
      if (!plot.classList.contains("js-plotly-plot")) plot.textContent = "";
      Plotly.react(plot, chosen.data, layoutOf(chosen, width), {
        responsive: true, displaylogo: false, displayModeBar: isTouch ? false : undefined,
        modeBarButtonsToRemove: ["lasso2d", "select2d", "autoScale2d"],
        toImageButtonOptions: { format: "svg", filename: plot.id },
      });
    }
  };

  const panels = [...document.querySelectorAll(".panel")];
  for (const panel of panels) panel.addEventListener("change", () => draw(panel));

  // On paper there is no window to fit, so plots get the width of the page.
  const forPaper = () => panels.forEach((panel) => draw(panel, panel.querySelector(".several") ? 325 : 680));
  addEventListener("beforeprint", forPaper);
  addEventListener("afterprint", () => panels.forEach((panel) => draw(panel)));

  const drawNext = (place) => {
    if (place === panels.length) {
      document.documentElement.dataset.plots = "drawn";
      return;
    }
    draw(panels[place]);
    setTimeout(drawNext, 0, place + 1);
  };
  drawNext(0);
})();
