from inspect_ai import Task, task

from mlesmith import load_task


@task
def bike_rentals_hourly(sandbox: str = "auto") -> Task:
    return load_task(__file__, sandbox=sandbox)
