// Documents on their way: announced together, sent one after the other, each made a document with a code when all of its files
// are there. Written down at every step, so that whoever loads the page again goes on.

import * as kept from "./upload-kept.js"
import { Problem, announce, forget, look, order, send } from "./upload-tus.js"

export class Batch {
  constructor(documents, who, options, name = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16)).join("")) {
    this.documents = documents
    this.who = who
    this.options = options
    this.name = name
    this.codes = []
  }

  get done() {
    return !this.documents.length
  }

  /** Whether nothing has to be chosen anew. */
  get complete() {
    return this.documents.every(({ parts }) => parts.every((part) => part.blob || part.whole))
  }

  save(closed) {
    const documents = this.documents.map(({ title, parts }) => ({
      title, parts: parts.map(({ id, name, size, came, whole }) => ({ id, name, size, came, whole })),
    })).filter(({ parts }) => parts.every(({ id }) => id))
    if (documents.length) kept.save(this.name, { documents, options: this.options, codes: this.codes, closed })
    else kept.drop(this.name)
  }

  /** Sends all; the codes. What failed stays, and says why in the list. */
  async run(list, say) {
    list.lock(true)
    const beat = setInterval(() => this.save(), 2000)
    const leaving = () => this.save(true)
    addEventListener("pagehide", leaving)
    try {
      for (const document of this.documents) await this.begin(document)
      this.save()
      for (const document of [...this.documents]) await this.finish(document, list, say)
    } finally {
      clearInterval(beat)
      removeEventListener("pagehide", leaving)
      list.lock(false)
      this.save()
    }
    return this.codes
  }

  async begin({ title, parts }) {
    const several = parts.length > 1
    for (const part of parts) {
      // Announced as something else, before photographs were put together or apart.
      if (part.id && (part.several ?? several) !== several) {
        discard(part)
        this.anew(part)
      }
      if (part.id) continue
      part.several = several
      part.blob = await part.bytes()
      part.size = part.blob.size
      const asked = several ? { ...this.options, pages: "", part: "1" } : this.options
      part.id = await announce(part.size, { filename: several ? part.name : title, ...this.who, ...asked })
      // Not waited for: a slow card must not hold the upload.
      kept.putFile(part.id, part.blob)
    }
  }

  async finish(document, list, say) {
    const { parts } = document
    try {
      for (const part of parts) await this.bring(part, say)
      const [first, ...others] = parts
      let state = await look(first.id)
      if (state.state === "whole") {
        const { pages = "", ...options } = this.options
        const asked = others.length ? { parts: others.map(({ id }) => id), filename: document.title, options } : { options: { pages, ...options } }
        state = await order(first.id, asked)
      }
      if (state.state !== "ordered") throw new Problem(500)
      this.codes.push({ pin: state.pin, title: document.title })
      this.leave(document, list)
    } catch (error) {
      if (error.removed) {
        parts.forEach(discard)
        return this.leave(document, list)
      }
      const told = error.message || say.unreachable
      const wrong = parts.find((part) => !part.whole && !part.locked) ?? parts[0]
      if (!parts.some((part) => part.locked)) wrong.tell?.("bad", told)
      if (error.status === 404 || error.status === 410) for (const part of parts) this.anew(part)
      if (!(error instanceof Problem)) throw error
    }
  }

  /** A file that the kiosk does not know any more is announced again. */
  anew(part) {
    kept.dropFile(part.id)
    part.id = undefined
    part.whole = false
  }

  async bring(part, say) {
    const percent = (bytes) => Math.floor((bytes / part.size) * 100)
    const filled = (text, bytes) => text.replace("{percent}", percent(bytes))
    if (part.whole && !part.locked) return
    let state = await look(part.id)
    if (state.state === "coming") {
      if (!part.blob) throw part.tell?.("bad", filled(say.pick, state.offset)) ?? new Problem(0, { detail: say.pick, detail_ru: say.pick })
      try {
        await send(part.id, part.blob, (bytes) => {
          part.came = bytes
          part.go?.(percent(bytes), bytes < part.size ? filled(say.going, bytes) : say.checking)
        }, (bytes) => part.go?.(percent(bytes), filled(say.offline, bytes)))
      } catch (error) {
        state = await look(part.id)
        if (state.state === "coming") throw error
        if (state.state === "whole") part.refusal = error
      }
      state = await look(part.id)
    }
    if (state.state === "locked") return this.unlock(part, say)
    if (state.state === "refused") {
      part.refused = globalThis.document.documentElement.lang === "ru" ? state.error.ru : state.error.message
      throw new Problem(415, { detail: part.refused, detail_ru: part.refused })
    }
    part.whole = true
    part.tell?.("good", say.ready)
  }

  /** Asks for the password until it opens the document. */
  async unlock(part, say) {
    part.locked = true
    for (let told = say.locked; part.locked; ) {
      const password = await part.ask(told)
      try {
        await order(part.id, { password })
        part.locked = false
      } catch (error) {
        if (error.status !== 422) throw error
        told = error.message
      }
    }
    part.whole = true
    part.tell?.("good", say.ready)
  }

  /** A document that has its code, or that nobody wants any more. */
  leave(document, list) {
    this.documents = this.documents.filter((other) => other !== document)
    for (const part of document.parts) {
      if (part.id) kept.dropFile(part.id)
      list.remove(part)
    }
  }

  /** Puts what was interrupted into the list. */
  show(list, say) {
    for (const document of this.documents) {
      for (const part of document.parts) {
        part.document = document
        list.show(part)
        const percent = Math.floor(((part.came ?? 0) / part.size) * 100)
        part.tell(part.blob || part.whole ? "" : "bad", part.blob || part.whole ? say.resumed : say.pick.replace("{percent}", percent))
      }
    }
  }
}

/** A batch that was broken off, with the bytes that this browser still has. */
export async function interrupted() {
  const found = kept.orphan()
  if (!found) return undefined
  const batch = new Batch(found.documents, undefined, found.options, found.name)
  batch.codes = found.codes ?? []
  for (const document of [...batch.documents]) {
    for (const part of document.parts) {
      const state = await look(part.id).catch((error) => error)
      // Out of time; any other error may pass.
      if ([404, 410].includes(state.status) || state.state === "refused") {
        batch.documents = batch.documents.filter((other) => other !== document)
        break
      }
      part.came = state.offset
      part.whole = ["whole", "ordered"].includes(state.state)
      part.blob = await kept.getFile(part.id)
    }
  }
  batch.save()
  return batch.done ? undefined : batch
}

/** An upload that was taken out of the list. */
export const discard = ({ id }) => {
  if (!id) return
  kept.dropFile(id)
  forget(id)
}
