// What every page does: says that there is a script, keeps the visit, shows what went wrong. Imported by each page's own
// module; without any of them the pages work as plain forms.

export const root = document.documentElement
export const find = (selector, from = document) => from.querySelector(selector)
/** `text` with each `{name}` replaced. */
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all)

root.classList.add("js")

// The kiosk's QR is over in half a minute, the visit that it began is not: a page loaded anew keeps it.
const visit = find("[name=visit]")?.value
if (visit && new URLSearchParams(location.search).has("qr")) history.replaceState(null, "", `?${new URLSearchParams({ visit })}`)

if (find("#error")?.textContent) find("#error").focus()
