from inspect_ai import Task, task

from mlesmith import load_task


@task
def deterding_vowels(sandbox: str = "auto") -> Task:
    return load_task(__file__, sandbox=sandbox)
