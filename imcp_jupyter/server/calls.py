"""Tool calls from the event loop: the blocking service in threads, progress brought back, cancellation passed on."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from ..errors import ImcpError, JobCancelled
from ..models.job import Principal

if TYPE_CHECKING:
    from ..tools.service import Call, ToolService
    from ..tools.tool import Result

log = logging.getLogger(__name__)
SendProgress = Callable[[float, str], Awaitable[None]]


class Calls:
    """The tool service as coroutines."""

    def __init__(self, service: ToolService) -> None:
        self._service = service
        self._ending: set[asyncio.Future[None]] = set()

    async def submit(self, name: str, arguments: dict[str, Any], principal: Principal) -> str:
        """Start a job and return its id. Raises `ImcpError` for the tool or a parameter."""
        call = await self._submit(name, arguments, principal, None, as_job=True)
        call.future.add_done_callback(_retrieved)
        return str(call.job_id)

    async def run(self, name: str, arguments: dict[str, Any], principal: Principal, send_progress: SendProgress | None = None) -> Result:
        """The result of a call. Raises `ImcpError`; when the awaiting task is cancelled, so is the job."""
        if send_progress is None:
            return await self._wait(await self._submit(name, arguments, principal, None))
        relay = _ProgressRelay(send_progress)
        sending = asyncio.create_task(relay.send_all())
        try:
            result = await self._wait(await self._submit(name, arguments, principal, relay))
            await relay.flush()
            return result
        finally:
            sending.cancel()

    async def cancel(self, job_id: str) -> None:
        """Raises `NotFound`, or `Conflict` when the job has ended."""
        await asyncio.to_thread(self._service.cancel, job_id)

    async def settle(self) -> None:
        """Wait for cancellations that are under way."""
        if self._ending:
            await asyncio.wait(self._ending)

    async def _submit(
        self, name: str, arguments: dict[str, Any], principal: Principal, on_progress: _ProgressRelay | None, as_job: bool = False
    ) -> Call:
        submitting = asyncio.ensure_future(
            asyncio.to_thread(self._service.submit, name, arguments, principal, on_progress=on_progress, as_job=as_job)
        )
        try:
            return await asyncio.shield(submitting)
        except asyncio.CancelledError:
            # The thread goes on and makes a job that nobody waits for any more.
            submitting.add_done_callback(self._end_submitted)
            raise

    async def _wait(self, call: Call) -> Result:
        try:
            return await asyncio.shield(asyncio.wrap_future(call.future))
        except asyncio.CancelledError:
            if call.future.cancelled():
                raise JobCancelled("the job was cancelled") from None
            self._end(call)
            raise

    def _end_submitted(self, submitting: asyncio.Future[Call]) -> None:
        if not submitting.cancelled() and submitting.exception() is None:
            self._end(submitting.result())

    def _end(self, call: Call) -> None:
        """Cancel the job without waiting: the caller's own cancellation must not be held up."""
        if call.job_id is None:
            return  # a quick look at the workspace, over before it could be stopped
        ending = asyncio.ensure_future(self._cancel_quietly(call.job_id))
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)

    async def _cancel_quietly(self, job_id: str) -> None:
        try:
            await self.cancel(job_id)
        except ImcpError as error:
            log.debug("job %s was not cancelled: %s", job_id, error)


class _ProgressRelay:
    """Brings progress from a job's thread to the loop. Only the newest waits, so a slow reader never makes a backlog."""

    def __init__(self, send: SendProgress) -> None:
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._latest: tuple[float, str] | None = None
        self._sent = -1.0
        self._wake = asyncio.Event()
        self._sending = asyncio.Lock()

    def __call__(self, share: float, message: str) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has closed: nobody listens any more
            self._loop.call_soon_threadsafe(self._offer, share, message)

    async def send_all(self) -> None:
        while True:
            await self._wake.wait()
            await self.flush()

    async def flush(self) -> None:
        async with self._sending:
            self._wake.clear()
            latest, self._latest = self._latest, None
            if latest is not None and latest[0] > self._sent:  # MCP: progress must increase with each notification
                self._sent = latest[0]
                await self._send(*latest)

    def _offer(self, share: float, message: str) -> None:
        self._latest = (share, message)
        self._wake.set()


def _retrieved(future: Any) -> None:
    """A job that nobody waits for tells of its error in its row; asking here keeps the future from complaining."""
    if not future.cancelled():
        future.exception()
