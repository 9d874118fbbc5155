using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace IntunedDashboard.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class JobRunRetries : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "RetryOfJobRunId",
                table: "JobRuns",
                type: "TEXT",
                maxLength: 36,
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_JobRunItems_Failed",
                table: "JobRunItems",
                columns: new[] { "JobRunSeq", "EndedOrder" },
                filter: "\"Status\" = 'Failed'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_JobRunItems_Failed",
                table: "JobRunItems");

            migrationBuilder.DropColumn(
                name: "RetryOfJobRunId",
                table: "JobRuns");
        }
    }
}
