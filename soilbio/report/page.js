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

  const SIGNS = {
    circle: "●", square: "■", diamond: "◆", "triangle-up": "▲", cross: "✚", x: "✖", star: "★",
    "triangle-down": "▼", "triangle-left": "◀", "triangle-right": "▶", hexagon: "⬢", pentagon: "⬟",
  };

  const layoutOf = (plot, chosen, width) => {
    const layout = { ...chosen.layout, template, width, showlegend: false };
    const room = width || plot.clientWidth;
    // A map keeps its shape, so height that its width cannot use would stay empty.
    if (layout.yaxis.scaleanchor) {
      const [west, east] = layout.xaxis.range, [south, north] = layout.yaxis.range;
      const shape = ((north - south) * layout.yaxis.scaleratio) / (east - west);
      layout.height = Math.min(560, Math.max(0, room - 70) * shape + 70);
    }
    if (room < 450) layout.font = { size: 11 };
    // A finger that meets a plot scrolls the page; zooming is for those with a pointer.
    if (isTouch || window.innerWidth < 600) layout.dragmode = false;
    return layout;
  };

  const swatchOf = (trace) => {
    const swatch = document.createElement("i");
    swatch.setAttribute("aria-hidden", "true");
    const isLine = trace.mode === "lines" && !trace.fill;
    swatch.style.color = (!isLine && trace.marker && trace.marker.color) || trace.line.color;
    if (isLine) swatch.className = "line";
    if (trace.type !== "scatter" || !trace.marker) return swatch;
    // Where signs tell something else, a group has several, and its colour is shown alone.
    const symbol = trace.marker.symbol || "circle";
    const isSeveral = Array.isArray(symbol), first = isSeveral ? symbol[0] : symbol;
    swatch.className = isSeveral ? "colour" : "sign";
    swatch.classList.toggle("hollow", first.endsWith("-open"));
    if (!isSeveral) swatch.textContent = SIGNS[first.replace("-open", "")];
    return swatch;
  };

  // Plotly's own legend takes the room of the plot on a narrow screen; this one wraps below it.
  const drawLegend = (plot, chosen) => {
    const legend = plot.parentElement.querySelector(".legend");
    legend.textContent = "";
    if (!chosen.layout.showlegend) return;
    chosen.data.forEach((trace, place) => {
      if (!trace.name || trace.showlegend === false) return;
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.setAttribute("aria-pressed", "true");
      const text = document.createElement("span");
      // Names come escaped for plotly; a parser turns the entities back, and text stays text.
      text.textContent = new DOMParser().parseFromString(trace.name, "text/html").body.textContent;
      button.append(swatchOf(trace), text);
      if (trace.meta === "key") {
        item.className = "key";
        item.append(...button.childNodes);
        legend.append(item);
        return;
      }
      button.addEventListener("click", () => {
        const isShown = button.getAttribute("aria-pressed") === "true";
        button.setAttribute("aria-pressed", String(!isShown));
        Plotly.restyle(plot, { visible: !isShown }, [place]);
      });
      item.append(button);
      legend.append(item);
    });
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
        plot.parentElement.querySelector(".legend").textContent = "";
        plot.innerHTML = "<p>Not available for this choice.</p>";
        continue;
      }
      if (!plot.classList.contains("js-plotly-plot")) plot.textContent = "";
      Plotly.react(plot, chosen.data, layoutOf(plot, chosen, width), {
        responsive: true, displaylogo: false, displayModeBar: isTouch ? false : undefined,
        modeBarButtonsToRemove: ["lasso2d", "select2d", "autoScale2d"],
        toImageButtonOptions: { format: "svg", filename: plot.id },
      });
      drawLegend(plot, chosen);
    }
  };

  const panels = [...document.querySelectorAll(".panel")];
  for (const panel of panels) panel.addEventListener("change", () => draw(panel));

  // On paper there is no window to fit, so plots get the width of the page.
  const forPaper = () => panels.forEach((panel) => draw(panel, panel.querySelector(".several") ? 325 : 680));
  addEventListener("beforeprint", forPaper);
  addEventListener("afterprint", () => panels.forEach((panel) => draw(panel)));

  // Settings and versions belong on paper, whether they were unfolded or not.
  let unfolded = [];
  addEventListener("beforeprint", () => {
    unfolded = [...document.querySelectorAll("details.printed:not([open])")];
    for (const one of unfolded) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of unfolded) one.open = false;
  });

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
