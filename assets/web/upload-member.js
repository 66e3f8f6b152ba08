// Who prints: kept on this phone only, and only when asked.

const KEY = "ottisk.member"

/** Fills the form in with what is kept; `save` keeps or forgets, as the box says. */
export function remember(form, box) {
  const { surname, number } = form.elements
  try {
    const kept = JSON.parse(localStorage.getItem(KEY))
    if (kept) {
      box.checked = true
      surname.value ||= kept.surname
      number.value ||= kept.number
    }
  } catch { /* no storage: nothing is remembered */ }
  const save = () => {
    try {
      if (box.checked) localStorage.setItem(KEY, JSON.stringify({ surname: surname.value, number: number.value }))
      else localStorage.removeItem(KEY)
    } catch { /* likewise */ }
  }
  box.addEventListener("change", () => box.checked || save())
  return { save }
}
