// Numbers in the visitor's words.

import { root } from "./page.js"

/** `1,5 МБ`, `340 KB`: decimal, as the kiosk counts. */
export function size(bytes) {
  const [value, unit] = bytes < 1e6 ? [Math.min(bytes, Math.max(1, Math.round(bytes / 1e3))), "kilobyte"] : [bytes / 1e6, "megabyte"]
  return new Intl.NumberFormat(root.lang, { style: "unit", unit, maximumFractionDigits: 1 }).format(value)
}
