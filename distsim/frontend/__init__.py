"""The Python front end: the objects of a script, which describe a network and are given meaning when it runs.

It knows no ranks, no kernels and no files.  What happens on all ranks is asked of a session of
`distsim.driver`; everything else is ordinary Python in the process of the script.
"""
