// Page ranges as people write them: `1-3, 5, 8-`. The kiosk reads them by the same rules (job/pages.rs, form.rs).

/** The pages that `text` names of a document of `total`, in the order of printing; null when nobody can tell. */
export function parse(text, total) {
  const packed = text.replace(/\s/g, "")
  if (!packed) return Array.from({ length: total }, (_, index) => index + 1)
  const ranges = []
  for (const part of packed.split(",")) {
    const range = /^(\d+)$|^(\d*)-(\d*)$/.exec(part)
    if (!range || part === "-") return null
    const first = Number(range[1] ?? (range[2] || 1))
    const last = Number(range[1] ?? (range[3] || total))
    if (!(first >= 1 && first <= last && last <= total)) return null
    ranges.push([first, last])
  }
  ranges.sort((a, b) => a[0] - b[0] || a[1] - b[1])
  return ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, index) => first + index))
}

/** The shortest text for these pages, each once; empty for all of them. */
export function format(pages, total) {
  const sorted = [...new Set(pages)].sort((a, b) => a - b)
  if (sorted.length === total) return ""
  const ranges = []
  for (const page of sorted) {
    const last = ranges.at(-1)
    if (last && last[1] === page - 1) last[1] = page
    else ranges.push([page, page])
  }
  return ranges.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join(", ")
}
