using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace IntunedDashboard.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Deliveries : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // The generated operation copies the whole table.
            migrationBuilder.Sql("""ALTER TABLE "JobRuns" DROP COLUMN "ProtectedSink";""");

            migrationBuilder.CreateTable(
                name: "Deliveries",
                columns: table => new
                {
                    RunId = table.Column<string>(type: "TEXT", nullable: false),
                    ProjectId = table.Column<Guid>(type: "TEXT", nullable: false),
                    JobRunId = table.Column<string>(type: "TEXT", nullable: true),
                    SinkKey = table.Column<string>(type: "TEXT", nullable: false),
                    SinkType = table.Column<string>(type: "TEXT", maxLength: 10, nullable: false),
                    Target = table.Column<string>(type: "TEXT", nullable: false),
                    Status = table.Column<string>(type: "TEXT", maxLength: 10, nullable: false),
                    CreatedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    NextAttemptAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    AttemptCount = table.Column<int>(type: "INTEGER", nullable: false),
                    SeriesStartedAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    AttemptsInSeries = table.Column<int>(type: "INTEGER", nullable: false),
                    RequestedBy = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Deliveries", x => x.RunId);
                    table.ForeignKey(
                        name: "FK_Deliveries_Runs_RunId",
                        column: x => x.RunId,
                        principalTable: "Runs",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "Sinks",
                columns: table => new
                {
                    Key = table.Column<string>(type: "TEXT", maxLength: 36, nullable: false),
                    ProjectId = table.Column<Guid>(type: "TEXT", nullable: false),
                    MaskedJson = table.Column<string>(type: "TEXT", nullable: false),
                    ProtectedJson = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Sinks", x => x.Key);
                    table.ForeignKey(
                        name: "FK_Sinks_Projects_ProjectId",
                        column: x => x.ProjectId,
                        principalTable: "Projects",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "DeliveryAttempts",
                columns: table => new
                {
                    RunId = table.Column<string>(type: "TEXT", nullable: false),
                    Number = table.Column<int>(type: "INTEGER", nullable: false),
                    StartedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    DurationMs = table.Column<double>(type: "REAL", nullable: false),
                    IsDelivered = table.Column<bool>(type: "INTEGER", nullable: false),
                    StatusCode = table.Column<int>(type: "INTEGER", nullable: true),
                    Message = table.Column<string>(type: "TEXT", nullable: false),
                    RequestedBy = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DeliveryAttempts", x => new { x.RunId, x.Number });
                    table.ForeignKey(
                        name: "FK_DeliveryAttempts_Deliveries_RunId",
                        column: x => x.RunId,
                        principalTable: "Deliveries",
                        principalColumn: "RunId",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_JobRunId_Status",
                table: "Deliveries",
                columns: new[] { "JobRunId", "Status" },
                filter: "\"JobRunId\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_NextAttemptAt_Target",
                table: "Deliveries",
                columns: new[] { "NextAttemptAt", "Target" },
                filter: "\"NextAttemptAt\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Sinks_ProjectId",
                table: "Sinks",
                column: "ProjectId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "DeliveryAttempts");

            migrationBuilder.DropTable(
                name: "Sinks");

            migrationBuilder.DropTable(
                name: "Deliveries");

            migrationBuilder.AddColumn<string>(
                name: "ProtectedSink",
                table: "JobRuns",
                type: "TEXT",
                nullable: true);
        }
    }
}
