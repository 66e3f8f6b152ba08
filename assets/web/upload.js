// The upload page.

import { find } from "./page.js"
import { tellSheets } from "./sheets.js"

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

upload(find("#upload"))
tellSheets(find("#upload"))
