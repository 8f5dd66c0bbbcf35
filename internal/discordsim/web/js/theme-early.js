// Runs before the first paint, so that a stored choice does not flash.
(() => {
  try {
    const theme = localStorage.getItem('discordsim.theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch {
    // No storage: the system's scheme it is.
  }
})();
