// What the pages do better with a script; without it they work as plain forms.

const root = document.documentElement
const find = (selector, from = document) => from.querySelector(selector)
root.classList.add("js")

// Sheets, as the kiosk counts them.

/** Pages that `text` names, of `total` if known; NaN when nobody can tell. */
function countPages(text, total) {
  const packed = text.replace(/\s/g, "")
  if (!packed) return total || NaN
  let count = 0
  for (const part of packed.split(",")) {
    const range = /^(\d+)(?:-(\d+))?$/.exec(part)
    const first = Number(range?.[1])
    const last = Number(range?.[2] ?? first)
    if (!(first >= 1 && last >= first) || last > total) return NaN
    count += last - first + 1
  }
  return count
}

/** `5 листов` of `лист|листа|листов` or `sheet|sheets`. */
function counted(number, forms) {
  const words = forms.split("|")
  const order = words.length === 3 ? ["one", "few", "many"] : ["one", "other"]
  return `${number}\u00a0${words[order.indexOf(new Intl.PluralRules(root.lang).select(number))]}`
}

function tellSheets(form) {
  const output = find("output", form)
  if (!output) return
  const { pages, copies, two_sided: sides } = form.elements
  const sheets = Math.ceil(countPages(pages.value, Number(form.dataset.pages)) / (sides?.value === "1" ? 2 : 1)) * copies.value
  output.value = sheets > 0 ? output.dataset.text.replace("{sheets}", counted(sheets, output.dataset.forms)) : ""
}

document.addEventListener("input", ({ target }) => target.form && tellSheets(target.form))
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-step]")
  if (!button) return
  const copies = button.form.elements.copies
  copies.value = Math.min(copies.max, Math.max(1, Number(copies.value) + Number(button.dataset.step)))
  tellSheets(button.form)
})

// The upload page.

function upload(form) {
  const { file, surname, number, remember } = form.elements
  const [error, progress, bar, words, label, button] =
    ["#error", "#progress", "progress", "#progress-text", "#file-label", "button.primary"].map((s) => find(s, form))

  const fail = (text) => {
    error.textContent = text
    progress.hidden = true
    button.disabled = false
    if (text) error.focus()
  }
  const refusal = ({ name, type, size }) => size > form.dataset.bytes ? form.dataset.large
    : type === "application/pdf" || /\.pdf$/i.test(name) ? "" : form.dataset.type

  const look = () => {
    const chosen = file.files[0]
    if (!chosen) return
    label.dataset.name = find("b", label).textContent = chosen.name
    find("small", label).textContent = label.dataset.chosen
    fail(refusal(chosen))
  }
  file.addEventListener("change", look)
  look()
  for (const name of ["dragenter", "dragleave", "drop"]) {
    file.addEventListener(name, () => file.parentElement.classList.toggle("over", name === "dragenter"))
  }

  // Kept on this phone only, and only when asked.
  const keep = "ottisk.member"
  try {
    const kept = JSON.parse(localStorage.getItem(keep))
    if (kept) {
      remember.checked = true
      surname.value ||= kept.surname
      number.value ||= kept.number
    }
  } catch { /* no storage: nothing is remembered */ }
  const store = () => {
    try {
      if (remember.checked) localStorage.setItem(keep, JSON.stringify({ surname: surname.value, number: number.value }))
      else localStorage.removeItem(keep)
    } catch { /* likewise */ }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault()
    store()
    const refused = refusal(file.files[0])
    if (refused) return fail(refused)
    const request = new XMLHttpRequest()
    const tell = (percent) => {
      bar.value = percent
      words.textContent = percent < 100
        ? progress.dataset.uploading.replace("{percent}", percent) : progress.dataset.checking
    }
    request.upload.onprogress = ({ loaded, total }) => tell(Math.floor((loaded / total) * 100))
    request.onerror = () => fail(form.dataset.offline)
    request.onload = () => {
      if (request.status < 400) return location.assign(request.responseURL)
      const page = new DOMParser().parseFromString(request.responseText, "text/html")
      fail(find("#error", page)?.textContent || form.dataset.offline)
      for (const field of form.elements) {
        field.ariaInvalid = field.id ? page.getElementById(field.id)?.ariaInvalid : null
      }
    }
    request.open("POST", form.action)
    // Who it is before what it is: the kiosk takes no document of a stranger.
    const data = new FormData(form)
    data.delete("file")
    data.append("file", file.files[0])
    request.send(data)
    error.textContent = ""
    button.disabled = true
    progress.hidden = false
    tell(0)
  })
  addEventListener("pageshow", ({ persisted }) => persisted && fail(""))
}

// A job's page: copy the code, follow the state.

async function copy({ currentTarget: button }) {
  const pin = find("#pin")
  try {
    await navigator.clipboard.writeText(pin.dataset.pin)
  } catch {
    // Without TLS there is no clipboard API.
    const field = Object.assign(document.createElement("input"), { value: pin.dataset.pin, readOnly: true })
    button.after(field)
    field.select()
    document.execCommand("copy")
    field.remove()
    button.focus()
  }
  find("#told").textContent = find("span", button).textContent = button.dataset.copied
}

async function follow() {
  const state = find("#state")
  if (document.hidden) return
  try {
    // With the visit, without what was said once.
    const visit = new URLSearchParams(location.search).get("visit")
    const address = location.pathname + (visit ? `?${new URLSearchParams({ visit })}` : "")
    const page = new DOMParser().parseFromString(await (await fetch(address)).text(), "text/html")
    const now = find("#state", page)
    if (!now) return location.reload()
    if (now.dataset.state !== state.dataset.state) find("main").replaceWith(find("main", page))
    else if (now.innerHTML !== state.innerHTML) state.replaceChildren(...now.childNodes)
    if (find("#state") !== state) start()
  } catch { /* the kiosk is out of reach; asked again */ }
}

function start() {
  find("#copy")?.addEventListener("click", copy)
  for (const form of document.forms) if (form.elements.copies) tellSheets(form)
}

// The kiosk's QR is over in half a minute, the visit that it began is not: a page loaded anew keeps it.
const visit = find("[name=visit]")?.value
if (visit && new URLSearchParams(location.search).has("qr")) history.replaceState(null, "", `?${new URLSearchParams({ visit })}`)

start()
if (find("#upload")) upload(find("#upload"))
if (find("#state")) setInterval(follow, 2000)
if (find("#error")?.textContent) find("#error").focus()
