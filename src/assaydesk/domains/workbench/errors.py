"""Refusals of the workbench."""

from assaydesk.platform.errors import NotFound


class TicketViewNotFound(NotFound):
    def __init__(self, view_id: int) -> None:
        super().__init__(f"View {view_id} does not exist.", ticketViewId=view_id)
