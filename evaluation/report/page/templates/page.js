// The theme, kept where the browser lets a page keep something; then everything is drawn.
const KEPT = "skillwise-theme";
function keep(theme) {
  try {
    localStorage.setItem(KEPT, theme);
  } catch {
    /* closed to files in some browsers */
  }
}
function kept() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}
function theme(name) {
  if (name) document.documentElement.dataset.theme = name;
  const dark = name ? name === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  byId("theme").setAttribute("aria-pressed", String(dark));
  byId("theme").textContent = dark ? "Light" : "Dark";
  return dark;
}
let isDark = theme(kept());
byId("theme").addEventListener("click", () => {
  isDark = theme(isDark ? "light" : "dark");
  keep(isDark ? "dark" : "light");
});

drawGains();
drawGrowth();
drawSlices();
drawLadder();
document.documentElement.dataset.ready = "";
