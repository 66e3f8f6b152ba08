// What a reload must not lose: which uploads are on their way, in localStorage, and their bytes, in IndexedDB. Where a browser
// has neither, or has forgotten the bytes, the file is chosen anew and goes on all the same.

const PREFIX = "ottisk.batch."

/** Milliseconds after which a tab that says nothing is gone. */
const SILENT = 6000

export function save(name, batch) {
  try { localStorage.setItem(PREFIX + name, JSON.stringify({ ...batch, beat: Date.now() })) } catch { /* a reload loses it */ }
}

export function drop(name) {
  try { localStorage.removeItem(PREFIX + name) } catch { /* there is nothing */ }
}

/** The newest batch that no living tab is at, taken over. */
export function orphan() {
  try {
    const found = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))
      .map((key) => ({ name: key.slice(PREFIX.length), ...JSON.parse(localStorage.getItem(key)) }))
      .filter(({ beat, closed }) => closed || Date.now() - beat > SILENT)
      .sort((a, b) => b.beat - a.beat)
    // A day later the kiosk has forgotten it, too.
    for (const old of found.splice(1)) if (Date.now() - old.beat > 864e5) drop(old.name)
    return found[0]
  } catch {
    return undefined
  }
}

function files(mode, act) {
  return new Promise((resolve) => {
    try {
      const opening = indexedDB.open("ottisk", 1)
      opening.onupgradeneeded = () => opening.result.createObjectStore("files")
      opening.onerror = () => resolve(undefined)
      opening.onsuccess = () => {
        const doing = opening.result.transaction("files", mode)
        const asked = act(doing.objectStore("files"))
        doing.oncomplete = () => resolve(asked.result)
        doing.onerror = doing.onabort = () => resolve(undefined)
      }
    } catch {
      resolve(undefined)
    }
  })
}

export const putFile = (id, blob) => files("readwrite", (store) => store.put(blob, id))
export const getFile = (id) => files("readonly", (store) => store.get(id))
export const dropFile = (id) => files("readwrite", (store) => store.delete(id))
