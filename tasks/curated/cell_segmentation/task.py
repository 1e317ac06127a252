from inspect_ai import Task, task

from mlesmith import load_task


@task
def cell_segmentation(sandbox: str = "auto") -> Task:
    return load_task(__file__, sandbox=sandbox)
