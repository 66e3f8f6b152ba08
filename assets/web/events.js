// What happens to a job, told by the kiosk as it happens. A stream that breaks comes again by itself; where there is none the
// kiosk is asked every few seconds.

/** Milliseconds between two looks where streams do not work. */
const LOOK = 4000

/**
 * Follows the job with this code. `told.state`, `.progress` and `.fault` get what is new, `.lost` and `.back` hear of the
 * connection, `.look` is called where only a look can tell.
 */
export function follow(pin, told) {
  let source
  let looking
  let lost = false
  const back = () => {
    if (lost) told.back()
    lost = false
  }
  const gone = () => {
    if (!lost) told.lost()
    lost = true
  }
  const look = async () => {
    if (document.hidden) return
    try {
      await told.look()
      back()
      begin()
    } catch {
      gone()
    }
  }
  const begin = () => {
    clearInterval(looking)
    looking = undefined
    source?.close()
    source = new EventSource(`/file/${encodeURIComponent(pin)}/events`)
    source.onopen = back
    source.onerror = () => {
      gone()
      // Refused: no browser tries that again.
      if (source.readyState === EventSource.CLOSED) looking ??= setInterval(look, LOOK)
    }
    for (const name of ["state", "progress", "fault"]) {
      source.addEventListener(name, ({ data }) => told[name]?.(JSON.parse(data)))
    }
  }
  const end = () => {
    clearInterval(looking)
    source.close()
  }
  begin()
  addEventListener("pagehide", end)
  addEventListener("pageshow", ({ persisted }) => persisted && begin())
  return end
}
