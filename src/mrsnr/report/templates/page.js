(() => {
  "use strict";
  const numberOf = (text) => (text.trim() === "" || Number.isNaN(Number(text)) ? null : Number(text));
  const keyOf = (cell) => cell.dataset.sort ?? (cell.textContent.trim() === "n/a" ? "" : cell.textContent.trim());

  const compare = (a, b) => {
    const [x, y] = [numberOf(a), numberOf(b)];
    return x !== null && y !== null ? x - y : a.localeCompare(b);
  };

  const sort = (header) => {
    const table = header.closest("table"), body = table.tBodies[0], column = header.cellIndex;
    const descending = header.getAttribute("aria-sort") === "ascending";
    for (const other of header.parentNode.cells) other.setAttribute("aria-sort", "none");
    header.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const rows = [...body.rows].map((row) => [keyOf(row.cells[column]), row]);
    rows.sort(([a], [b]) => {
      if (a === "" || b === "") return (a === "") - (b === ""); // what has no value stays at the end
      return descending ? compare(b, a) : compare(a, b);
    });
    body.append(...rows.map(([, row]) => row));
  };

  const lineOf = (row) => [...row.cells].map((cell) => cell.textContent.trim().replace(/\s+/g, " ")).join("\t");

  const copied = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy"); // a page from disk may have no clipboard
      area.remove();
      return done;
    }
  };

  const copy = async (button) => {
    const table = button.dataset.copyTable && document.getElementById(button.dataset.copyTable);
    const text = table ? [...table.rows].map(lineOf).join("\n") : document.getElementById(button.dataset.copyText).innerText;
    const said = button.parentNode.querySelector(".done");
    said.textContent = (await copied(text)) ? "Copied." : "The browser does not allow it; select the text instead.";
    button.focus();
  };

  document.addEventListener("click", (event) => {
    const header = event.target.closest(".sortable thead th");
    const button = event.target.closest(".copy");
    if (header) sort(header);
    if (button) copy(button);
  });
  // All is printed but the JSON, which fills pages.
  addEventListener("beforeprint", () => document.querySelectorAll("details:not(.long)").forEach((one) => (one.open = true)));
})();
