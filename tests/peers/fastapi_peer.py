#!/usr/bin/env python3
"""A small print-api of our own in FastAPI, SQLAlchemy and uvicorn, to stand beside Ottisk in `tests/bench/http`.

Three journeys and no more: look a member up, order, upload and receive. It does what Ottisk does before it says 200:
a committed row (SQLite, WAL, synchronous=FULL), a synced file, a document that a PDF reader could open. Plain `def`
routes, so that FastAPI runs them on its threads and no database call blocks the loop.

usage: fastapi_peer.py PORT FOLDER
"""

import datetime
import os
import secrets
import sys
from pathlib import Path
from typing import Annotated

import pypdf
import uvicorn
from fastapi import FastAPI, HTTPException, Query, UploadFile
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, Field
from sqlalchemy import ForeignKey, create_engine, event, or_, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

PORT, FOLDER = int(sys.argv[1]), Path(sys.argv[2])
DOCUMENTS = FOLDER / "documents"
MAX_BYTES, MAX_SHEETS = 25_000_000, 50
SYMBOLS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

DOCUMENTS.mkdir(parents=True, exist_ok=True)
engine = create_engine(f"sqlite:///{FOLDER / 'peer.db'}", connect_args={"timeout": 60})


@event.listens_for(engine, "connect")
def durable(connection, _):
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


class Base(DeclarativeBase):
    pass


class Member(Base):
    __tablename__ = "member"
    id: Mapped[int] = mapped_column(primary_key=True)
    surname: Mapped[str]
    union_number: Mapped[str | None] = mapped_column(index=True)
    student_number: Mapped[str | None] = mapped_column(index=True)


class Job(Base):
    __tablename__ = "job"
    id: Mapped[int] = mapped_column(primary_key=True)
    pin: Mapped[str] = mapped_column(unique=True)
    member: Mapped[int] = mapped_column(ForeignKey("member.id"))
    title: Mapped[str]
    source: Mapped[str]
    pages: Mapped[str]
    copies: Mapped[int]
    two_sided: Mapped[bool]
    document: Mapped[str | None]

    def options(self):
        return {"pages": self.pages, "copies": self.copies, "two_sided": self.two_sided}


class Options(BaseModel):
    pages: str = ""
    copies: int = Field(default=1, ge=1)
    two_sided: bool = False


class Order(BaseModel):
    surname: str
    number: str
    filename: str
    source: str = "unknown"
    options: Options = Options()


def find_member(session, surname, number):
    surname, number = surname.strip().upper(), number.strip().upper()
    either = or_(Member.union_number == number, Member.student_number == number)
    return session.scalars(select(Member).where(Member.surname == surname, either)).first()


def find_job(session, pin):
    job = session.scalars(select(Job).where(Job.pin == pin.upper())).one_or_none()
    if not job:
        raise HTTPException(404, "no such PIN")
    return job


app = FastAPI()
app.mount("/static", StaticFiles(directory=DOCUMENTS))
Text = Annotated[str, Query(min_length=1)]


@app.get("/is_union_member", status_code=202)
def is_member(surname: Text, number: Text, v: str | None = None):
    with Session(engine) as session:
        member = find_member(session, surname, number)
        if v == "1":
            return bool(member)
        if not member:
            raise HTTPException(404, "no such member")
        return {"surname": member.surname, "number": number, "union_number": member.union_number}


@app.post("/file")
def order(asked: Order):
    with Session(engine) as session:
        member = find_member(session, asked.surname, asked.number)
        if not member:
            raise HTTPException(403, "not a member")
        pin = "".join(secrets.choice(SYMBOLS) for _ in range(6))
        job = Job(
            pin=pin, member=member.id, title=asked.filename, source=asked.source, **asked.options.model_dump()
        )
        session.add(job)
        session.commit()
        return {"pin": pin, "options": asked.options.model_dump()}


@app.post("/file/{pin}")
def upload(pin: str, file: UploadFile):
    with Session(engine) as session:
        job = find_job(session, pin)
        if file.content_type != "application/pdf" or job.document:
            raise HTTPException(415, "not a PDF, or there already")
        content = file.file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise HTTPException(413, "too large")
        name = f"{datetime.date.today()}-{secrets.token_hex(64)}.pdf"
        with open(DOCUMENTS / name, "xb") as kept:
            kept.write(content)
            kept.flush()
            os.fsync(kept.fileno())
        pages = len(pypdf.PdfReader(DOCUMENTS / name).pages)
        if pages * job.copies > MAX_SHEETS:
            (DOCUMENTS / name).unlink()
            raise HTTPException(413, "too many sheets")
        job.document = name
        options = job.options()
        session.commit()
        return {"pin": pin, "options": options}


@app.get("/file/{pin}")
def fetch(pin: str):
    with Session(engine) as session:
        job = find_job(session, pin)
        if not job.document:
            raise HTTPException(415, "not uploaded")
        return {"filename": job.document, "options": job.options()}


if __name__ == "__main__":
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        if not find_member(session, "Иванов", "1015000"):
            session.add(Member(surname="ИВАНОВ", union_number="1015000", student_number="02210001"))
            session.commit()
    uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="warning", access_log=False)
