from inspect_ai import Task, task

from mlesmith import load_task


@task
def hotel_daily_rate(sandbox: str = "auto") -> Task:
    return load_task(__file__, sandbox=sandbox)
