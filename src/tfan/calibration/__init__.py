"""Are the certainties true? Fitted on synthetic faces, proved on others, by group."""
